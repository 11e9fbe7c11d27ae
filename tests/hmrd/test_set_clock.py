"""A device whose clock is set while its daemon runs, as one without a battery does when it reaches a time server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rune.digests import digest_of
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import other_sine_rune, sine_rune
from tests.support.hmrd.server import CODE, ProtocolServer, protocol_server

pytestmark = pytest.mark.slow
CONFIG = """\
[[rune]]
name = "sine"

[rune.source.number]
pipe = "{folder}/pipe"
format = "lines"
"""
IN_1970 = """
import pathlib
real = time.time
start = real()
time.time = lambda: real() if pathlib.Path({is_set!r}).exists() else real() - start + 3600.0
"""


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        server.desired = replace(server.desired, interval=1)
        yield server


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    os.mkfifo(tmp_path / "pipe")
    with daemon(tmp_path) as device:
        device.config.write_text(CONFIG.format(folder=tmp_path))
        yield device


def test_a_clock_in_1970_runs_on_and_loads_nothing_new_until_it_is_set(
    server: ProtocolServer, device: DaemonProcess, tmp_path: Path
) -> None:
    server.want(sine_rune(), 1)
    device.start()
    device.say("enroll", server.url, CODE)
    device.wait_for_version("1.1")
    device.kill()
    is_set = tmp_path / "is-set"
    device.extra = IN_1970.format(is_set=str(is_set))
    device.start()
    server.want(other_sine_rune(), 2)
    device.wait(lambda rune: rune["problem"] and rune["problem"]["name"] == "clock-wrong", "the clock is named", 60)
    assert device.rune["running"]["version"] == "1.1"
    assert device.rune["is_answering"]
    is_set.touch()
    device.wait(lambda rune: rune["running"]["rune"] == digest_of(other_sine_rune()), "the new rune runs", 60)
    assert device.rune["problem"] is None
