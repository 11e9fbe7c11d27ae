"""Memory is reserved before a step starts, and is free again however its process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.child.reservations import machine_memory, reserve_memory
from lab.refusal import Reason, Refused

HOLD = """
import sys
from pathlib import Path
from lab.child.reservations import reserve_memory
with reserve_memory(int(sys.argv[2]), folder=Path(sys.argv[1]), capacity=100):
    print("reserved", flush=True)
    sys.stdin.read()
"""


def test_two_that_do_not_fit_together_wait_for_each_other(tmp_path: Path) -> None:
    calls = []
    with reserve_memory(60, folder=tmp_path, capacity=100):
        with reserve_memory(40, folder=tmp_path, capacity=100):
            pass
        with pytest.raises(Refused) as error:  # noqa: SIM117 (the block is never entered)
            with reserve_memory(41, lambda: calls.append(1), folder=tmp_path, capacity=100, seconds=0.3):
                raise AssertionError("there is no room")
        assert error.value.reason is Reason.BUSY
        assert calls
    with reserve_memory(100, folder=tmp_path, capacity=100):
        pass
    assert not list(tmp_path.glob("*.bytes"))


def test_one_alone_has_what_it_needs(tmp_path: Path) -> None:
    with reserve_memory(400, folder=tmp_path, capacity=100):
        pass
    assert machine_memory() > 1 << 28


def test_a_reservation_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), "90"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reserved\n"
        with pytest.raises(Refused), reserve_memory(20, folder=tmp_path, capacity=100, seconds=0):
            raise AssertionError("there is no room")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with reserve_memory(20, folder=tmp_path, capacity=100, seconds=0):
        assert len(list(tmp_path.glob("*.bytes"))) == 1
