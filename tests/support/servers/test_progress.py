"""A program is waited for while it computes, and no longer where it only waits or never comes to its end."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.support.patience import PATIENCE
from tests.support.servers.progress import ProgressWatch, processor_seconds

BUSY, IDLE = "while True: pass", "import sys; sys.stdin.read()"


def started(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", code], stdin=subprocess.PIPE)


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        pytest.param(IDLE, {"idle_limit": 0.2}, id="it waits"),
        pytest.param(BUSY, {"work_limit": 0.1}, id="it computes without an end"),
    ],
)
def test_a_program_that_does_not_come_to_its_end_is_noticed(code: str, limits: dict[str, float]) -> None:
    with started(code) as process:
        watch, deadline = ProgressWatch(process.pid, **limits), time.monotonic() + PATIENCE
        while watch.working():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()


def test_a_program_that_computes_is_waited_for_longer_than_an_idle_one() -> None:
    with started(BUSY) as process:
        watch = ProgressWatch(process.pid, idle_limit=PATIENCE, work_limit=PATIENCE)
        begin = processor_seconds(process.pid)
        while processor_seconds(process.pid) < begin + 0.1:
            assert watch.working()
            time.sleep(0.01)
        process.kill()
    assert processor_seconds(process.pid) == 0, "a program that is gone uses nothing"
