"""The inputs of a room: updates of its sockets, updates that others stored, and the sockets themselves."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from forge.collab.protocol.updates import UpdateFacts


class RoomMember(Hashable, Protocol):
    """A socket in a room."""

    person_id: UUID
    person: Mapping[str, Any]
    """The person as others see them: id, name, initials and colour."""

    def deliver(self, frame: bytes) -> None:
        """Sends a frame, soon."""
        ...

    def dismiss(self, code: int, reason: str) -> None:
        """Closes the socket, soon."""
        ...


@dataclass(frozen=True)
class FromMember:
    """An update that a socket sent; `is_answer` when the server asked for it."""

    update: bytes
    member: RoomMember
    facts: UpdateFacts
    is_answer: bool = False
    received_frames: int | None = None
    """How many frames with updates its sender had heard; None of a sender that does not say."""


@dataclass(frozen=True)
class FromElsewhere:
    """An update that is stored already: written over the API, or by another process."""

    update: bytes
    sequence: int


@dataclass(frozen=True)
class Behind:
    """The database holds updates up to this number."""

    sequence: int
