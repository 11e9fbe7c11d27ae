"""A real daemon that counts: what leaves it, when, and what stays after a power cut."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hmrd.protocol.counts import CountsDocument
from hmrd.protocol.wanted import Telemetry
from rune.watch.encoding import decode
from rune.watch.layout import WatchLayout
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import sine_rune
from tests.support.hmrd.server import CODE, ProtocolServer, protocol_server
from tests.support.hmrd.waiting import wait_until

pytestmark = pytest.mark.slow
CONFIG = """\
[[rune]]
name = "sine"

[rune.source.number]
pipe = "{folder}/pipe"
format = "lines"
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


def feed(device: DaemonProcess, text: bytes, total: int) -> None:
    """Gives the rune numbers, and waits until it has answered so many in all."""
    with (device.config.parent / "pipe").open("wb") as pipe:
        pipe.write(text)
    wait_until(lambda: len(device.answers.read_text().splitlines()) == total, f"{total} answers")


COUNTING = """
import hmrd.clock, hmrd.service.rune_service
from pathlib import Path
hmrd.service.rune_service.COUNT_EVERY = 0.2
_steady = hmrd.clock.wall_time
hmrd.clock.wall_time = lambda: _steady() + float((Path({folder!r}) / "ahead").read_text())
"""


def test_counts_leave_the_device_once_a_day_and_only_if_the_server_asks(
    server: ProtocolServer, device: DaemonProcess
) -> None:
    folder = device.config.parent
    (folder / "ahead").write_text("0")
    device.extra = COUNTING.format(folder=str(folder))
    server.want(sine_rune(), 1)
    device.start()
    device.say("enroll", server.url, CODE)
    device.wait_for_version("1.1")
    assert "No counts leave this device" in device.say("counts")
    feed(device, b"0\n1\n2\n", 3)

    server.desired = replace(server.desired, telemetry=Telemetry.DAY)
    device.wait(lambda rune: rune["counts"]["mode"] == "day", "the device counts")
    feed(device, b"3\n4\n", 5)
    listing = device.say("counts")
    assert "242 bytes, if it ended now" in listing
    assert "Never in it: sound, pictures" in listing
    device.kill()
    device.start()
    device.wait(lambda rune: rune["is_answering"], "the rune runs again")
    assert device.rune["counts"] == {"mode": "day", "unsent": 0, "problem": None}

    # The server's clock goes with the device's: it is the next day for both.
    server.clock = lambda: time.time() + 86_400
    (folder / "ahead").write_text("86400")
    wait_until(lambda: len(server.counts) == 1, "the counts of the day were sent")
    counts = decode(CountsDocument.read(server.counts[0]).counts, WatchLayout(None, None))
    assert (counts.answers, sum(counts.time)) == (2, 2)
    server.desired = replace(server.desired, telemetry=Telemetry.OFF)
    device.wait(lambda rune: rune["counts"]["mode"] == "off", "the device counts nothing")
    assert not any((device.state / "runes" / "sine" / "counts").iterdir())
    assert len(server.counts) == 1
