"""A real daemon and Debian's mosquitto: the bell makes it poll at once, and without the broker it polls as ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forge.fleet.doorbell.broker import BrokerAway, DoorbellBroker
from forge.fleet.doorbell.commands import errors_of, make_account, make_server_role, take_server_role
from hmrd.config.reading import BadConfig, read_config
from hmrd.protocol.doorbell import DoorbellAccount
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import other_sine_rune, sine_rune
from tests.support.hmrd.server import CODE, DEVICE, ProtocolServer, protocol_server
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.mosquitto import Mosquitto, can_run, until

needs_broker = pytest.mark.skipif(not can_run(), reason="this needs mosquitto with its dynamic-security plug-in")
ACCOUNT = DoorbellAccount(DEVICE, "a password of the device")


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path) as mosquitto:
        yield mosquitto


@pytest.fixture
def broker(mosquitto: Mosquitto) -> Iterator[DoorbellBroker]:
    """The server's side, with the account of the device."""
    broker = DoorbellBroker(mosquitto.url, mosquitto.credentials)
    broker.require_ready()
    broker.command([make_server_role()])
    broker.command([take_server_role(broker.user)])

    def is_made() -> bool:
        try:
            broker.require_ready()
            return not errors_of(broker.command(make_account(ACCOUNT)))
        except BrokerAway:
            return False

    until(is_made)
    yield broker
    broker.close()


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        server.desired = replace(server.desired, interval=3600)
        server.doorbell = ACCOUNT
        yield server


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    with daemon(tmp_path / "device") as device:
        yield device


def _config(folder: Path, url: str) -> str:
    source = folder / "numbers"
    source.write_text("0.5\n")
    lines = ("[doorbell]", f'url = "{url}"', "[[rune]]", 'name = "sine"', "[rune.source.number]")
    rest = (f'file = "{source}"', 'format = "lines"', "repeat = true")
    return "\n".join((*lines, *rest)) + "\n"


def _polls(server: ProtocolServer) -> int:
    return sum(path.endswith("/state") for _, path, _ in server.requests)


@needs_broker
@pytest.mark.slow
def test_the_bell_brings_a_new_version_long_before_the_next_poll(
    mosquitto: Mosquitto, broker: DoorbellBroker, server: ProtocolServer, device: DaemonProcess
) -> None:
    server.want(sine_rune(), 1)
    device.config.write_text(_config(device.config.parent, mosquitto.url))
    device.start()
    device.say("enroll", server.url, CODE)
    device.wait_for_version("1.1")
    wait_until(lambda: any(path.endswith("/doorbell") for _, path, _ in server.requests), "it asks for its account", 60)
    server.want(other_sine_rune(), 2)
    polls = _polls(server)

    def is_heard() -> bool:
        broker.ring(DEVICE)
        return _polls(server) > polls

    until(is_heard)
    device.wait_for_version("1.2")


@needs_broker
@pytest.mark.slow
def test_without_the_broker_the_device_polls_and_says_why_nothing_rings(
    mosquitto: Mosquitto, server: ProtocolServer, device: DaemonProcess
) -> None:
    mosquitto.stop()
    server.desired = replace(server.desired, interval=1)
    server.want(sine_rune(), 1)
    device.config.write_text(_config(device.config.parent, mosquitto.url))
    device.start()
    device.say("enroll", server.url, CODE)
    device.wait_for_version("1.1")
    server.want(other_sine_rune(), 2)
    device.wait_for_version("1.2")
    wait_until(lambda: "The doorbell cannot be heard" in device.say("logs"), "the log says it", 30)


@pytest.mark.parametrize("line", ['url = "http://broker"', 'url = ""', 'user = "x"\nurl = "mqtt://broker"', ""])
def test_a_wrong_doorbell_is_named(line: str) -> None:
    with pytest.raises(BadConfig, match="doorbell"):
        read_config(f"[doorbell]\n{line}\n")


def test_a_doorbell_is_read() -> None:
    config = read_config('[doorbell]\nurl = "mqtts://broker.example:8883"\nca = "/etc/ca.pem"\n')
    assert config.doorbell is not None
    assert (config.doorbell.url, config.doorbell.ca) == ("mqtts://broker.example:8883", "/etc/ca.pem")
