"""An address inside of a network is refused in every spelling: when it is typed, and when it is connected to."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.core.errors import DomainError, Invalid
from forge.core.http.outgoing.guarded_connection import GuardedBackend, NotPublic
from forge.core.http.outgoing.public_addresses import may_be_public, resolve
from forge.projects.git.remote import checked_remote
from forge.registry.distribution.mirrors.addresses import checked_registry
from forge.webhooks.delivery.addresses import checked_url
from tests.support.cases import each_case

pytestmark = pytest.mark.protects("connections/spellings")

INNER_NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
NUMBER_FORMS: list[Callable[[int], str]] = [str, "0{:o}".format, "000{:o}".format, "0x{:x}".format, "0X{:X}".format]


@st.composite
def inner_addresses(draw: st.DrawFn) -> IPv4Address | IPv6Address:
    network = ip_network(draw(st.sampled_from(INNER_NETWORKS)))
    return network[draw(st.integers(0, network.num_addresses - 1))]


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """An address inside of a network as a host of a URL, in a spelling that the system connects to."""
    address = draw(inner_addresses())
    if isinstance(address, IPv6Address):
        return f"[{draw(st.sampled_from([address.compressed, address.exploded, address.compressed.upper()]))}]"
    mapped = IPv6Address(f"::ffff:{address}")
    if draw(st.booleans()):
        return f"[{draw(st.sampled_from([f'::ffff:{address}', mapped.compressed, mapped.exploded]))}]"
    count = draw(st.integers(1, 4))
    number, parts = int(address), list[int]()
    for place in range(count - 1):
        parts.append(number >> 8 * (3 - place))
        number &= (1 << 8 * (3 - place)) - 1
    return ".".join(draw(st.sampled_from(NUMBER_FORMS))(part) for part in (*parts, number))


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as error:
        act()
    return error.value.detail


@settings(max_examples=40, deadline=None)
@given(spellings())
def test_every_spelling_of_an_inner_address_is_refused_when_it_is_typed(host: str) -> None:
    name = host.strip("[]").lower()
    sentence = f"{name} is in a private network."
    assert not may_be_public(name)
    assert _refusal(lambda: checked_url(f"https://{host}/hook", anywhere=False)).startswith(sentence)
    assert _refusal(lambda: checked_registry(f"https://{host}:5000")).startswith(sentence)
    assert _refusal(lambda: checked_registry(host)).startswith(sentence)


@settings(max_examples=40, deadline=None)
@given(spellings())
def test_every_spelling_of_an_inner_address_is_refused_when_it_is_connected_to(host: str) -> None:
    backend = GuardedBackend(anywhere=False, resolving=resolve, deadline=time.monotonic() + 5)
    with pytest.raises(NotPublic, match="is in a private network"):
        backend.connect_tcp(host, 443)


@settings(max_examples=40, deadline=None)
@given(spellings())
def test_a_git_server_is_one_that_the_operator_names_in_every_spelling(host: str) -> None:
    with pytest.raises(Invalid, match="that this installation allows"):
        checked_remote(f"https://{host}/team/project.git")


@given(st.sampled_from(INNER_NETWORKS[:10]).map(IPv4Network), st.sampled_from(["%2E", "%2e"]))
def test_a_number_that_a_reader_may_decode_is_refused(network: IPv4Network, dot: str) -> None:
    assert not may_be_public(str(network[1]).replace(".", dot))
    assert not may_be_public(f"{network[1]}.")


@each_case(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "forge.localhost.",
        "127.1.",
        "1.2.3.4.5",
        "256.256.256.256",
        "08.8.8.8",
        "0x",
        "4294967296",
        "v1.fe80::1",
        "fe80::1%eth0",
        "fe80::1%25eth0",
        "",
        ".",
    ],
)
def test_a_host_that_is_this_machine_or_no_address_is_refused(host: str) -> None:
    assert not may_be_public(host)


@each_case(
    "host",
    [
        "example.com",
        "example.com.",
        "3com.example",
        "1.example",
        "0x.example",
        "xn--bcher-kva.example",
        "8.8.8.8",
        "134744072",
        "0x8.0x8.2056",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
    ],
)
def test_names_and_public_addresses_may_be_public(host: str) -> None:
    assert may_be_public(host)


@given(st.integers(0, (1 << 32) - 1))
def test_a_number_is_the_address_that_the_system_reads(number: int) -> None:
    (record,) = socket.getaddrinfo(str(number), 443, type=socket.SOCK_STREAM)
    assert may_be_public(str(number)) == may_be_public(str(record[4][0]))
