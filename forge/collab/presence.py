"""Who is in a room, as Yjs awareness: which socket speaks for which client, and what each client last said."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from uuid import UUID

from forge.collab.protocol import ClientState

NOBODY = "null"
CLIENTS_OF_A_SOCKET = 8
"""Clients that one socket may speak for; a page is one."""


@dataclass(frozen=True)
class _Known:
    state: ClientState
    owner: Hashable
    person: UUID


class Presence:
    """The clients of a room.

    A stock client repeats what it heard of others, so a socket is heard only about clients of its own: those that it
    named first, or that its person's earlier connection left behind with an older clock.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def hear(self, owner: Hashable, person: UUID, clients: Iterable[ClientState]) -> tuple[ClientState, ...]:
        """Takes what a socket says; answers the part that is news, for the others."""
        return tuple(entry for entry in clients if self._take(owner, person, entry))

    def _take(self, owner: Hashable, person: UUID, entry: ClientState) -> bool:
        known = self._known.get(entry.client)
        if known is None:
            mine = sum(other.owner == owner for other in self._known.values())
            if entry.state == NOBODY or mine >= CLIENTS_OF_A_SOCKET:
                return False
        elif known.owner == owner:
            is_older = entry.clock < known.state.clock
            if is_older or (entry.clock == known.state.clock and entry.state != NOBODY):
                return False
        elif known.person != person or entry.clock <= known.state.clock:
            return False
        if entry.state == NOBODY:
            del self._known[entry.client]
        else:
            self._known[entry.client] = _Known(entry, owner, person)
        return True

    def leave(self, owner: Hashable) -> tuple[ClientState, ...]:
        """Forgets a socket's clients; answers the news that they are gone."""
        gone = [known.state for known in self._known.values() if known.owner == owner]
        for state in gone:
            del self._known[state.client]
        return tuple(ClientState(state.client, state.clock + 1, NOBODY) for state in gone)

    def everyone(self) -> tuple[ClientState, ...]:
        """All clients that are there."""
        return tuple(known.state for known in self._known.values())
