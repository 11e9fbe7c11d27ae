"""The people in a room, as Yjs awareness: which socket speaks for which client, and the last state of each client.

A client's `user` is not trusted: the server sets it to the socket's person.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forge.collab.protocol.frames import STATE_LIMIT, ClientState
from forge.collab.room.visitors import VisitorOwner

NOBODY = "null"
MAX_CLIENTS_PER_SOCKET = 8
"""Clients that one socket may speak for; a page is one."""
MAX_REMEMBERED_CLOCKS = 4096
"""Clients whose last clock is remembered, also when they are gone."""
HIGHEST_CLOCK = 2**52
"""The server counts on from a client's clock, and must not come to a number that no browser reads."""


@dataclass(frozen=True)
class OtherProcess:
    """Owns the clients whose sockets are in another process of this installation."""

    name: str


@dataclass(frozen=True)
class _KnownClient:
    announced_state: ClientState
    received_clock: int
    """The clock as the client counts it."""
    owner: Hashable
    person: str


class Presence:
    """The clients of a room.

    A stock client repeats what it heard of others, so a socket is heard only about clients of its own: those that it
    named first, or that its person's earlier connection left behind with an older clock. Others receive clocks that
    only grow, so that a client which comes back with the clock that it left with is seen at once.
    """

    def __init__(self) -> None:
        self._known_clients: dict[int, _KnownClient] = {}
        self._clocks: dict[int, int] = {}

    def receive(
        self, owner: Hashable, person: Mapping[str, Any], clients: Iterable[ClientState], *, is_first: bool = False
    ) -> tuple[ClientState, ...]:
        """Takes what a socket says; answers the part that is news, for the others. `person` has an `id`.

        What a stock client says first is of itself alone, with the clock that it had before: it comes back, maybe from
        a process that died and cannot say so.
        """
        entries = tuple(clients)
        is_itself = is_first and len(entries) == 1
        changes = (self._take(owner, person, entry, is_itself) for entry in entries)
        return tuple(entry for entry in changes if entry is not None)

    def _take(
        self, owner: Hashable, person: Mapping[str, Any], entry: ClientState, is_itself: bool
    ) -> ClientState | None:
        if entry.clock > HIGHEST_CLOCK:
            return None
        known_client = self._known_clients.get(entry.client)
        if known_client is None:
            mine = sum(other.owner == owner for other in self._known_clients.values())
            if entry.state == NOBODY or mine >= MAX_CLIENTS_PER_SOCKET:
                return None
        elif known_client.owner == owner:
            is_older = entry.clock < known_client.received_clock
            if is_older or (entry.clock == known_client.received_clock and entry.state != NOBODY):
                return None
        elif known_client.person != person["id"] or (
            entry.clock <= known_client.announced_state.clock and not is_itself
        ):
            return None
        if entry.state == NOBODY:
            del self._known_clients[entry.client]
            return self._with_next_clock(entry.client, entry.clock, NOBODY)
        state = with_person(entry.state, person)
        if state is None:
            return None
        announced_state = self._with_next_clock(entry.client, entry.clock, state)
        self._known_clients[entry.client] = _KnownClient(announced_state, entry.clock, owner, person["id"])
        return announced_state

    def _with_next_clock(self, client: int, clock: int, state: str) -> ClientState:
        """The state with a clock higher than every clock announced for this client."""
        clock = max(clock, self._clocks.pop(client, -1) + 1)
        self._clocks[client] = clock
        while len(self._clocks) > MAX_REMEMBERED_CLOCKS:
            del self._clocks[next(iter(self._clocks))]
        return ClientState(client, clock, state)

    def receive_from_process(
        self, process: OtherProcess, clients: Iterable[ClientState], *, are_all: bool
    ) -> tuple[ClientState, ...]:
        """Takes what another process says of its clients, or of all that it has; answers the news."""
        entries = tuple(clients)
        news = []
        for entry in entries:
            known_client = self._known_clients.get(entry.client)
            if (
                known_client is None
                or known_client.owner == process
                or entry.clock > known_client.announced_state.clock
            ):
                if known_client is not None and known_client.announced_state == entry:
                    continue
                if entry.state == NOBODY:
                    if known_client is None or known_client.owner != process:
                        continue
                    del self._known_clients[entry.client]
                else:
                    person = json.loads(entry.state)["user"]["id"]
                    self._known_clients[entry.client] = _KnownClient(entry, entry.clock, process, person)
                news.append(self._with_next_clock(entry.client, entry.clock, entry.state))
        if are_all:
            present = {entry.client for entry in entries}
            news += self._remove(
                client
                for client, known_client in self._known_clients.items()
                if known_client.owner == process and client not in present
            )
        return tuple(news)

    def leave(self, owner: Hashable) -> tuple[ClientState, ...]:
        """Forgets the clients of a socket, or of a process; answers the news that they are gone."""
        return self._remove(
            client for client, known_client in self._known_clients.items() if known_client.owner == owner
        )

    def _remove(self, clients: Iterable[int]) -> tuple[ClientState, ...]:
        removed_clients = tuple(clients)
        return tuple(
            self._with_next_clock(client, self._known_clients.pop(client).announced_state.clock, NOBODY)
            for client in removed_clients
        )

    def everyone(self) -> tuple[ClientState, ...]:
        """All clients that are there."""
        return tuple(known_client.announced_state for known_client in self._known_clients.values())

    def here(self) -> tuple[ClientState, ...]:
        """The clients whose sockets are in this process."""
        return tuple(
            known_client.announced_state
            for known_client in self._known_clients.values()
            if not isinstance(known_client.owner, OtherProcess | VisitorOwner)
        )


def with_person(state: str, person: Mapping[str, Any]) -> str | None:
    """A client's state with the person written in as its `user`; None for a state that is no object."""
    state_object = json.loads(state)
    if not isinstance(state_object, dict):
        return None
    whole = json.dumps({**state_object, "user": dict(person)}, separators=(",", ":"), ensure_ascii=False)
    return whole if len(whole) <= 2 * STATE_LIMIT else None
