"""The number of connections and requests that one process can have at once, from the files that the system lets it
open."""

from __future__ import annotations

import resource
from dataclasses import dataclass

ENOUGH_DESCRIPTORS = 65_536
"""More are not asked for: a child process looks through all of them when it starts, on some systems."""
OWN_DESCRIPTORS = 128
"""Files, pipes and connections that the process has for itself: the database, the log, child processes."""
DESCRIPTORS_PER_REQUEST = 5
"""A request may open the database, with two files beside it, a body that is kept on the disk, and a blob."""

MAX_CONNECTIONS = 10_000
MAX_CONNECTIONS_PER_ADDRESS = 256
MAX_REQUESTS = 256
"""Each may take a thread."""
MAX_REQUESTS_PER_ADDRESS = 64
MAX_SOCKETS_PER_ADDRESS = 256
"""The most sockets of visitors who are not signed in: phones that hold a pass, and handshakes."""


@dataclass(frozen=True)
class Capacity:
    """The capacity of one process."""

    connections: int
    connections_of_address: int
    requests: int
    requests_of_address: int
    sockets_of_address: int
    device_requests_of_address: int
    """Requests of the devices behind an address, beside those of its people."""


def capacity_for(descriptors: int) -> Capacity:
    """The capacity of a process that may have so many files open. One address gets a part, however few there are."""
    free = max(descriptors - OWN_DESCRIPTORS, 64)
    requests = min(MAX_REQUESTS, free * 3 // 8 // DESCRIPTORS_PER_REQUEST)
    connections = min(MAX_CONNECTIONS, free - requests * DESCRIPTORS_PER_REQUEST)
    part = connections // 4
    return Capacity(
        connections=connections,
        connections_of_address=min(MAX_CONNECTIONS_PER_ADDRESS, part),
        requests=requests,
        requests_of_address=min(MAX_REQUESTS_PER_ADDRESS, requests // 2),
        sockets_of_address=min(MAX_SOCKETS_PER_ADDRESS, part),
        device_requests_of_address=requests // 2,
    )


def raise_descriptors() -> None:
    """Lets this process open as many files as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    descriptor_limit = ENOUGH_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < descriptor_limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptor_limit, hard))


def descriptor_limit() -> int:
    """Returns how many files this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
