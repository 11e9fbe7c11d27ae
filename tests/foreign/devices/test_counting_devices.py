"""A real `hmrd` that counts at a real server: nothing while telemetry is off, a document a day while it is on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.served_fleet import Fleet
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]
CONFIG = """\
[[rune]]
name = "sine"

[rune.source.number]
pipe = "{folder}/pipe"
format = "lines"
"""
AHEAD = """
import hmrd.clock, hmrd.service.rune_service
from pathlib import Path
hmrd.service.rune_service.COUNT_EVERY = 0.5
_system_time = hmrd.clock.wall_time
hmrd.clock.wall_time = lambda: _system_time() + float((Path({folder!r}) / "ahead").read_text())
"""
"""The device's clock is ahead by the seconds in a file: less than a day, which a server and a device bear."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with LiveServer(tmp_path_factory.mktemp("data"), {"DEVICE_POLL_SECONDS": "10"}) as live:
        yield Fleet(live)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    os.mkfifo(tmp_path / "pipe")
    with daemon(tmp_path) as device:
        device.config.write_text(CONFIG.format(folder=tmp_path))
        (tmp_path / "ahead").write_text("0")
        device.extra = AHEAD.format(folder=str(tmp_path))
        yield device


def feed(device: DaemonProcess, numbers: int) -> None:
    """Has the rune answer so often."""
    count = len(device.answers.read_text().splitlines())
    with (device.config.parent / "pipe").open("wb") as pipe:
        pipe.write(b"1.5\n" * numbers)
    wait_until(lambda: len(device.answers.read_text().splitlines()) == count + numbers, "the answers")


def telemetry(fleet: Fleet, path: str = "") -> Any:
    return fleet.live.api("GET", f"projects/{fleet.project}/deployments/gateways/telemetry{path}")


@pytest.mark.protects("devices/unwanted-counts")
def test_counts_leave_a_device_while_telemetry_is_on_alone(fleet: Fleet, device: DaemonProcess) -> None:
    address = f"projects/{fleet.project}/deployments/gateways/telemetry"
    device.start()
    device.say("enroll", fleet.live.address, fleet.code()["code"], "--name", "gate-1")
    fleet.act("PUT", "group", {"group": "berlin", "devices": 1})
    device.wait_for_version("1.0")
    feed(device, 3)
    assert device.rune["counts"]["mode"] == "off"
    assert "No counts leave this device" in device.say("counts")
    assert not (device.state / "runes" / "sine" / "counts").exists()

    fleet.live.api("PUT", address)
    device.wait(lambda rune: rune["counts"]["mode"] == "day", "the device counts", 60)
    feed(device, 4)
    wait_until(lambda: "if it ended now" in device.say("counts"), "the running day is shown")
    # Its clock goes to the end of the day, which is over for the device alone.
    (device.config.parent / "ahead").write_text("86390")
    feed(device, 2)
    device.wait(lambda rune: rune["counts"]["unsent"] == 0 and _last(fleet) is not None, "the day was sent", 60)
    document = _last(fleet)
    assert (document["version"], document["counts"]["answers"]) == ("1.0", 4)
    assert "".join(field["data"] for field in document["fields"]) == document["data"]
    fleet.live.until(lambda: telemetry(fleet, "/totals")["totals"])
    (total,) = telemetry(fleet, "/totals")["totals"]
    assert (total["devices"], total["counts"]["answers"]) == (1, 4)

    fleet.live.api("DELETE", address)
    device.wait(lambda rune: rune["counts"]["mode"] == "off", "the device counts nothing", 60)
    feed(device, 3)
    assert not any((device.state / "runes" / "sine" / "counts").iterdir())
    assert _last(fleet)["data"] == document["data"]
    assert telemetry(fleet)["is_on"] is False


def _last(fleet: Fleet) -> Any:
    return fleet.api("GET", "devices/gate-1/counts")["last"]
