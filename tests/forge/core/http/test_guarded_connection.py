"""Connections to addresses that people typed: of a host's addresses, one that does not answer holds up no other."""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest

from forge.core.http.outgoing.guarded_connection import GuardedBackend, NotPublic

SILENT, ANSWERING = "2001:4860:4860::8888", "8.8.8.8"


class GuardedNetwork:
    """A network in which one address does not answer. It notes the time that each is given."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def connect_tcp(self, host: str, _: int, timeout: float, *__: Any) -> Any:
        self.seconds[host] = timeout
        if host == SILENT:
            raise httpcore.ConnectTimeout("timed out")
        return object()


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> GuardedNetwork:
    network = GuardedNetwork()
    monkeypatch.setattr("forge.core.http.outgoing.guarded_connection.httpcore.SyncBackend", lambda: network)
    return network


def backend(*addresses: str) -> GuardedBackend:
    return GuardedBackend(False, lambda *_: [ip_address(each) for each in addresses], time.monotonic() + 10)


def test_after_an_address_that_does_not_answer_the_next_is_asked(network: GuardedNetwork) -> None:
    backend(SILENT, ANSWERING).connect_tcp("forge.example", 443)
    assert list(network.seconds) == [SILENT, ANSWERING]
    assert network.seconds[SILENT] <= 5
    with pytest.raises(httpcore.ConnectTimeout):
        backend(SILENT).connect_tcp("forge.example", 443)


def test_no_address_is_asked_where_one_is_inside_of_a_network(network: GuardedNetwork) -> None:
    with pytest.raises(NotPublic):
        backend(ANSWERING, "192.168.0.1").connect_tcp("forge.example", 443)
    assert network.seconds == {}
