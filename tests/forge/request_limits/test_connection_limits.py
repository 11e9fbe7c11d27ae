"""A client with many connections gives one up for a client with few, and none that is at work is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from forge.request_limits.addresses import is_in, network_of, party_of
from forge.request_limits.capacity import Capacity, capacity_for
from forge.request_limits.connection_limits import ConnectionLimiter
from tests.support.cases import each_case

SMALL = Capacity(
    connections=6,
    connections_of_address=4,
    requests=2,
    requests_of_address=1,
    sockets_of_address=2,
    device_requests_of_address=1,
)


@dataclass(eq=False)
class _LimitedConnection:
    address: str
    dropped: list[_LimitedConnection] = field(default_factory=list)

    def drop(self) -> None:
        self.dropped.append(self)


class _Street:
    """Connections of several addresses, and which of them were closed."""

    def __init__(self, **options: Any) -> None:
        self.limiter = ConnectionLimiter(SMALL, **options)
        self.dropped: list[_LimitedConnection] = []

    def come(self, address: str, count: int = 1) -> list[_LimitedConnection]:
        """Returns those of the new connections that were let in."""
        return [new for _ in range(count) if self.limiter.admit(new := _LimitedConnection(address, self.dropped))]


def test_an_address_with_its_part_gives_up_the_connection_that_is_idle_for_longest() -> None:
    street = _Street()
    first, *others = street.come("10.0.0.2", 4)
    street.limiter.begin(others[0])
    street.limiter.end(first)
    assert len(street.come("10.0.0.2")) == 1
    assert street.dropped == [others[1]]


def test_an_address_whose_connections_are_all_at_work_gets_no_other() -> None:
    street = _Street()
    for connection in street.come("10.0.0.2", 4):
        street.limiter.begin(connection)
    assert street.come("10.0.0.2") == []
    assert len(street.come("10.0.0.1")) == 1
    assert street.dropped == []


def test_where_all_is_taken_the_address_with_the_most_gives_one_up() -> None:
    street = _Street()
    mine = street.come("10.0.0.1", 2)
    theirs = street.come("10.0.0.2", 4)
    assert len(street.come("10.0.0.3")) == 1
    assert street.dropped == [theirs[0]]
    assert street.limiter.open == SMALL.connections
    assert not set(mine) & set(street.dropped)


def test_where_all_are_at_work_nobody_comes_in() -> None:
    street = _Street()
    for address in ("10.0.0.1", "10.0.0.2"):
        for connection in street.come(address, 3):
            street.limiter.begin(connection)
    assert street.come("10.0.0.3") == []


def test_what_leaves_makes_room_and_is_forgotten() -> None:
    street = _Street()
    for connection in street.come("10.0.0.2", 4):
        street.limiter.leave(connection)
    assert street.limiter.open == 0
    assert len(street.come("10.0.0.2", 4)) == 4
    assert street.dropped == []


@pytest.mark.parametrize("proxies", [["10.0.0.2"], ["10.0.0.0/8"], ["*"]])
def test_a_trusted_proxy_brings_as_many_as_there_is_room_for(proxies: list[str]) -> None:
    assert len(_Street(proxies=proxies).come("10.0.0.2", 6)) == 6


@each_case(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("", "10.0.0.1", False),
    ],
)
def test_a_network_of_one_house_is_one_party(one: str, other: str, same: bool) -> None:
    assert (party_of(one) == party_of(other)) is same


def test_a_name_is_a_network_of_one() -> None:
    assert is_in("localhost", network_of("localhost"))
    assert not is_in("10.0.0.1", network_of("localhost"))
    assert not is_in("unix", network_of("10.0.0.0/8"))


@each_case("descriptors", [64, 256, 1024, 4096, 20_000, 1_000_000])
def test_connections_and_requests_fit_into_the_files_that_may_be_open(descriptors: int) -> None:
    capacity = capacity_for(descriptors)
    assert 0 < capacity.connections_of_address < capacity.connections
    assert 0 < capacity.requests_of_address < capacity.requests
    if descriptors >= 256:
        assert capacity.connections + 5 * capacity.requests + 128 <= descriptors
