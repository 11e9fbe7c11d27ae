"""Requests of a server whose answer the power interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hmrd.config.model import Config, RuneConfig
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.wanted import DeviceRequest, RequestKind
from hmrd.service.device import LocalDevice
from hmrd.service.requests import Requests
from hmrd.state import RequestDone, State
from hmrd.storage.folder import StateFolder
from hmrd.storage.identity import Identity
from hmrd.storage.log import RingLog
from tests.support.hmrd.server import ProtocolServer, protocol_server

REPLACE_KEY = DeviceRequest(3, RequestKind.REPLACE_KEY)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        yield server


@pytest.fixture
def device(server: ProtocolServer, tmp_path: Path) -> Iterator[LocalDevice]:
    folder = StateFolder(tmp_path)
    folder.identity.write(Identity.of(server.url, server.enrolment))
    server.public_key = folder.identity.key().public
    with (tmp_path / "journal").open("w") as journal:
        yield LocalDevice(folder, Config(), RingLog(folder.log, journal))


def answer(device: LocalDevice) -> RequestDone:
    requests = Requests(device, RuneConfig(), device.folder.slots("rune"), lambda: None)
    event = requests.answer(REPLACE_KEY, State())
    assert isinstance(event, RequestDone)
    return event


def test_a_key_is_replaced(device: LocalDevice, server: ProtocolServer) -> None:
    former = server.public_key

    assert answer(device).answer.problem is None
    assert server.public_key == device.folder.identity.key().public != former
    assert device.connection is not None
    assert device.connection.client.state() == server.desired


def test_a_key_that_the_server_has_already_is_taken_after_a_power_cut(
    device: LocalDevice, server: ProtocolServer
) -> None:
    new = device.folder.identity.next_key()
    server.public_key = new.public

    assert answer(device).answer.problem is None
    assert device.folder.identity.key().public == new.public
    assert not device.folder.identity.has_next_key


def test_a_key_that_the_server_never_got_is_sent_after_a_power_cut(device: LocalDevice, server: ProtocolServer) -> None:
    new = device.folder.identity.next_key()

    assert answer(device).answer.problem is None
    assert server.public_key == device.folder.identity.key().public == new.public


def test_a_server_that_is_away_changes_no_key(device: LocalDevice, server: ProtocolServer) -> None:
    former = device.folder.identity.key().public
    server.fault = "away"

    problem = answer(device).answer.problem
    assert problem is not None
    assert problem.name is ProblemName.SERVER_AWAY
    assert device.folder.identity.key().public == former
