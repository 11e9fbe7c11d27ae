"""Says which addresses the server connects to for people. What they type decides where it connects, so it must not lead
inside."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import unquote

_PROTOCOL_NETWORK = ip_network("192.0.0.0/24")
"""The networks for protocols between machines of one network; Pythons before 3.12.4 call most of it global."""

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""https://url.spec.whatwg.org/#ends-in-a-number-checker"""

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[Address]]
"""The addresses of a host. Raises `OSError`."""


def is_public(address: Address) -> bool:
    """Returns whether anyone in the internet could have this address: not this machine, its network, or its cloud's
    services.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, Teredo) is what that one is; translated ones (NAT64) are
    among the reserved.
    """
    if isinstance(address, IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if ipv4_addresses := [each for each in inner if each is not None]:
            return all(map(is_public, ipv4_addresses))
        if address.is_site_local:
            return False
    return (
        address.is_global and not address.is_multicast and not address.is_reserved and address not in _PROTOCOL_NETWORK
    )


def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a host, as the system knows them. Raises `OSError`."""
    records = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A link-local address has its interface after a %.
    texts = dict.fromkeys(str(each[4][0]).partition("%")[0] for each in records)
    return [ip_address(text) for text in texts]


def may_be_public(host: str) -> bool:
    """Returns whether a host is a public address in any spelling, or a name, of which this is not known yet.

    Systems connect to numbers such as `127.1`, `0x7f.1` and `2130706433` too. Other hosts that end in a number, and
    what is no name, lead nowhere.
    """
    name = unquote(host).lower().removesuffix(".")
    if (address := _read_address(name)) is not None:
        return is_public(address)
    is_here = name == "localhost" or name.endswith(".localhost")
    return bool(name) and ":" not in name and not is_here and not _NUMBER.fullmatch(name.rpartition(".")[2])


def _read_address(host: str) -> Address | None:
    """Returns the address that the system reads in a host without a look-up; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
