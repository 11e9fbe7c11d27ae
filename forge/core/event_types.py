"""The types of events: on which stream each is told, and what it says. Each app declares its own in its `events.py`.

A declaration is the one place of an event's shape: `append_event` checks by it, the description of the API shows it,
and the front end's types are made from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rest_framework import serializers

Fields = Mapping[str, "serializers.Field[Any, Any, Any, Any]"]


class StreamKind(StrEnum):
    """Whose log it is: the first part of a stream's key."""

    PROJECT = "project"
    ORGANISATION = "organisation"
    PERSON = "user"


class WrongEvent(TypeError):
    """An event is not as it is declared: a mistake in the code, never of a user."""


@dataclass(frozen=True, eq=False)
class EventType:
    """What an event of one type says, and to whom.

    `told` goes with the message and is not stored: who reads the event from the log lacks it, and asks.
    """

    name: str
    stream: StreamKind
    meaning: str
    """One sentence for the reference."""
    stored: Fields = field(default_factory=dict)
    told: Fields = field(default_factory=dict)
    read_again: str = ""
    """What a client that shows it reads again, because the event does not bring it."""

    @property
    def title(self) -> str:
        """The name of its data in the description of the API: `ProjectBuildChanged` for a project's `build.changed`."""
        words = self.name.split(".")
        kind = self.stream.name.lower()
        return "".join(word.capitalize() for word in (words if words[0] == kind else [kind, *words]))

    def check_names(self, stream: str, stored: Iterable[str], told: Iterable[str]) -> None:
        """Compares the stream and the names of an event's fields with the declaration. Raises `WrongEvent`."""
        if stream.partition(":")[0] != self.stream:
            raise WrongEvent(f"{self.name} is an event of a {self.stream}, and {stream} is not one")
        if set(stored) != set(self.stored):
            raise WrongEvent(f"{self.name} has the fields {sorted(self.stored)}, not {sorted(stored)}")
        if unknown := set(told) - set(self.told):
            raise WrongEvent(f"{self.name} tells {sorted(self.told)}, not {sorted(unknown)}")


_declared: dict[tuple[StreamKind, str], EventType] = {}


def declare(event_type: EventType) -> EventType:
    """Makes a type known to the description of the API. Raises `WrongEvent` when its stream has one of its name."""
    key = (event_type.stream, event_type.name)
    if key in _declared:
        raise WrongEvent(f"{event_type.name} of a {event_type.stream} is declared twice")
    _declared[key] = event_type
    return event_type


def declared_types() -> tuple[EventType, ...]:
    """All that apps declared, by stream and name."""
    return tuple(_declared[key] for key in sorted(_declared))
