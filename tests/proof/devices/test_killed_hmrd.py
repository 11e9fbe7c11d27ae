"""A real `hmrd` that is killed at seeded moments while its server wants one rune after the other: it goes on."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest

from hmrd.protocol.reports import EventKind
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import other_sine_rune, sine_rune
from tests.support.hmrd.server import CODE, protocol_server
from tests.support.hmrd.waiting import wait_until

pytestmark = pytest.mark.slow
LONGEST_LIFE = 2.5
"""Seconds until a process is killed: from its start until it polls, fetches, checks, tries and confirms a rune."""
CONFIG = """\
[[rune]]
name = "sine"

[rune.source.number]
pipe = "{folder}/pipe"
format = "lines"

[rune.source.raw]
pipe = "{folder}/pipe"
size = 2
"""


def live(device: DaemonProcess, seconds: float) -> None:
    """Lets a daemon run for some seconds; one that ends by itself ends this too."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end or device.is_over, "the moment of the kill")


@pytest.mark.parametrize("kills", [pytest.param(5, id="a few"), pytest.param(200, id="200", marks=pytest.mark.proof)])
def test_a_daemon_that_is_killed_at_any_moment_runs_what_is_wanted_in_the_end(kills: int, tmp_path: Path) -> None:
    rng = random.Random(73)
    os.mkfifo(tmp_path / "pipe")
    with protocol_server() as server, daemon(tmp_path) as device:
        server.desired = type(server.desired)(None, 1)
        device.config.write_text(CONFIG.format(folder=tmp_path))
        runes = [sine_rune(), *(other_sine_rune(number) for number in range(1, 4))]
        server.want(runes[0], 1)
        device.start()
        device.say("enroll", server.url, CODE)
        device.wait_for_version("1.1")
        number = 1
        for _ in range(kills):
            if rng.random() < 0.5:
                number += 1
                server.want(runes[number % len(runes)], number)
            device.kill()
            device.launch()
            live(device, rng.random() * LONGEST_LIFE)
            assert not device.is_over, device.lines.read_text()[-2000:]
        device.kill()
        device.start()
        device.wait_for_version(f"1.{number}")
        pipe = os.open(tmp_path / "pipe", os.O_WRONLY)
        count = len(device.answers.read_text().splitlines())
        os.write(pipe, b"1.5\n")
        wait_until(lambda: len(device.answers.read_text().splitlines()) > count, "an answer")
        os.close(pipe)
        assert json.loads(device.answers.read_text().splitlines()[-1])
        last = server.wait_for_report(lambda report: report.phase == "running", "it says what it runs")
        assert last.running is not None
        assert last.running.number == number
    sequences = [each.sequence for each in server.reports]
    assert sequences == sorted(set(sequences))
    events = [event for report in server.reports for event in report.events]
    installed = [event.version for event in events if event.kind is EventKind.INSTALLED]
    assert len(installed) == len(set(installed))
