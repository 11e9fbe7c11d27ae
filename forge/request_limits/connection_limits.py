"""Says which connections may be open. A client with many gives one up for a client with few: the one that is idle for
longest.

A connection is idle while no request is complete on it, also while its headers trickle in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from forge.request_limits.addresses import is_in, network_of, party_of
from forge.request_limits.capacity import Capacity


class Connection(Protocol):
    """The limiter's view of a connection."""

    @property
    def address(self) -> str:
        """The address of the other end."""

    def drop(self) -> None:
        """Closes it at once."""


class ConnectionLimiter:
    """All open connections of a process. Used on the event loop's thread alone."""

    def __init__(self, capacity: Capacity, proxies: Iterable[str] = ()) -> None:
        """`proxies` are trusted: their connections are many people's, so they have no limit of their own."""
        self._capacity = capacity
        self._proxies = tuple(network_of(proxy) for proxy in proxies)
        self._by_party: Counter[str] = Counter()
        # Those that may be closed, in the order in which they became idle.
        self._idle: dict[Connection, None] = {}

    @property
    def open(self) -> int:
        return self._by_party.total()

    def admit(self, connection: Connection) -> bool:
        """Lets a new connection in, which is idle at first; another may be closed for it. False: there is no room."""
        party = party_of(connection.address)
        if self._by_party[party] >= self._limit_of(connection.address) and not self._make_room(party):
            return False
        if self.open >= self._capacity.connections and not self._make_room(self._busiest(), anyone=True):
            return False
        self._by_party[party] += 1
        self._idle[connection] = None
        return True

    def begin(self, connection: Connection) -> None:
        """A request is complete on it, or it became a socket: it is not closed for another."""
        self._idle.pop(connection, None)

    def end(self, connection: Connection) -> None:
        """Notes that the connection waits for its next request."""
        self._idle.pop(connection, None)
        self._idle[connection] = None

    def leave(self, connection: Connection) -> None:
        """An admitted connection is closed."""
        self._idle.pop(connection, None)
        party = party_of(connection.address)
        self._by_party[party] -= 1
        if self._by_party[party] <= 0:
            del self._by_party[party]

    def _limit_of(self, address: str) -> int:
        if self._proxies and any(is_in(address, proxy) for proxy in self._proxies):
            return self._capacity.connections
        return self._capacity.connections_of_address

    def _busiest(self) -> str:
        return self._by_party.most_common(1)[0][0]

    def _make_room(self, party: str, *, anyone: bool = False) -> bool:
        """Closes the connection of this party that is idle for longest, or else, with `anyone`, that of any."""
        idle_connection = next((each for each in self._idle if party_of(each.address) == party), None)
        if idle_connection is None and anyone:
            idle_connection = next(iter(self._idle), None)
        if idle_connection is None:
            return False
        self.leave(idle_connection)
        idle_connection.drop()
        return True
