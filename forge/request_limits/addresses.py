"""The owner of an address: one party may have a whole IPv6 network, and a proxy sends for many."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network | str
"""A network, or the name of a single peer."""

_NETWORK_BITS = 64
"""Bits of an IPv6 address that name a network; the rest is its owner's to choose."""


@lru_cache(maxsize=4096)
def party_of(address: str) -> str:
    """Returns the network that counts as one party: an IPv4 address, or an IPv6 network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), _NETWORK_BITS), strict=False))


def network_of(text: str) -> Network:
    """A network as a setting names it: an address, `10.0.0.0/8`, or `*` for all."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text


def is_in(address: str, network: Network) -> bool:
    """Returns whether an address is of a network."""
    if isinstance(network, str):
        return network in ("*", address)
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False
