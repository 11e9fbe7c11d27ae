"""Visitors of a room: who works in a document without a socket, such as an agent, and is shown there until a time."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from forge.collab.protocol.frames import ClientState
from forge.core.events.delivery import deliver
from forge.core.hooks import Hook

KIND = "visitor"
"""The kind of message that tells the rooms of all processes of a visitor."""


@dataclass(frozen=True)
class VisitorOwner:
    """Owns the one client of a visitor. Each process shows it by itself, so none tells another of it."""

    key: str


@dataclass(frozen=True)
class Visitor:
    """A visitor, as the people in the room see it."""

    key: str
    """The same for all visits, so that a later one takes the place of an earlier one."""
    user: Mapping[str, Any]
    """The id, name, initials and colour, as those of a person."""
    state: Mapping[str, Any]
    """The file that it is in and its cursor, as the studio says them of a person."""
    seen: float
    """The time of its last act, in seconds since 1970."""
    until: float
    """The time at which it is gone."""

    @classmethod
    def of_message(cls, message: Mapping[str, Any]) -> Self:
        """Returns the visitor of a message that `announce_visitor` sent."""
        return cls(**message["visitor"])

    @property
    def owner(self) -> VisitorOwner:
        return VisitorOwner(self.key)

    @property
    def client(self) -> ClientState:
        """The awareness state, with the same client and clock in each process."""
        return ClientState(UUID(self.key).int >> 96, int(self.seen * 1000), json.dumps(dict(self.state)))

    @property
    def has_left(self) -> bool:
        return self.until <= time.time()


present_visitors: Hook[[UUID], Sequence[Visitor]] = Hook()
"""The visitors of a project's live document at this moment, for a room that opens; higher floors register."""


def room_group(project_id: UUID) -> str:
    """Returns the group of those who hear of a document."""
    return f"document.{project_id}"


def announce_visitor(project_id: UUID, visitor: Visitor) -> None:
    """Tells the rooms of all processes of a visitor, from any thread; one whose time is over leaves."""
    message = {"key": visitor.key, "user": dict(visitor.user), "state": dict(visitor.state)}
    times = {"seen": visitor.seen, "until": visitor.until}
    deliver(room_group(project_id), {"kind": KIND, "visitor": message | times})
