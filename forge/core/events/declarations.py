"""The types of events: on which stream each is told, and what it says. Each app declares its own in its `events.py`.

A declaration is the one place of an event's shape: mypy holds the code that writes one to it, the description of the
API shows it, and the front end's types are made from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, NotRequired, ParamSpec, cast, get_origin, get_type_hints

P = ParamSpec("P")

EVERYTHING = "everything"
"""What is read again when what one may see and do may have changed."""


class StreamKind(StrEnum):
    """Whose log it is, or of what: the first part of a stream's key."""

    PROJECT = "project"
    ORGANISATION = "organisation"
    PERSON = "user"
    INBOX = "inbox"
    """Notices, of a person or of all members of an organisation: apart from their own streams, which end sockets."""


class WrongEvent(TypeError):
    """An event is not as it is declared: a mistake in the code, never of a user."""


@dataclass(frozen=True)
class NewEvent:
    """An event before it has a number."""

    type: EventType[Any]
    says: Mapping[str, Any]

    @property
    def stored(self) -> dict[str, Any]:
        """What the log keeps."""
        return {name: value for name, value in self.says.items() if name not in self.type.told}


@dataclass(frozen=True, eq=False)
class EventType(Generic[P]):
    """What an event of one type says, and to whom. It is called with what one event says.

    `says` is a `TypedDict` of the type's own, which is documented. A field that is not required goes with the message
    and is not stored: who reads the event from the log lacks it, and asks.
    """

    name: str
    stream: StreamKind
    says: Callable[P, Mapping[str, Any]]
    read_again: tuple[str, ...] = ()
    """What a client that shows it reads again, because the event does not bring it: names as the reference has them."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> NewEvent:
        return NewEvent(self, self.says(*args, **kwargs))

    @property
    def hint(self) -> type[Any]:
        """The `TypedDict`, as a type."""
        return cast("type[Any]", self.says)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The names of all that it says, in the order of the declaration."""
        return tuple(get_type_hints(self.hint))

    @cached_property
    def told(self) -> frozenset[str]:
        """The names of what goes with the message alone."""
        hints = get_type_hints(self.hint, include_extras=True)
        return frozenset(name for name, hint in hints.items() if get_origin(hint) is NotRequired)

    def check(self, stream: str, says: Mapping[str, Any]) -> None:
        """Compares a stream and the names of an event's fields with the declaration. Raises `WrongEvent`."""
        if stream.partition(":")[0] != self.stream:
            raise WrongEvent(f"{self.name} is an event of a {self.stream}, and {stream} is none.")
        if missing := set(self.fields) - self.told - set(says):
            raise WrongEvent(f"{self.name} lacks {', '.join(sorted(missing))}.")
        if unknown := set(says) - set(self.fields):
            raise WrongEvent(f"{self.name} does not say {', '.join(sorted(unknown))}.")


_declared: dict[tuple[StreamKind, str], EventType[Any]] = {}


def declare(event_type: EventType[P]) -> EventType[P]:
    """Makes a type known to the description of the API. Raises `WrongEvent` when its stream has one of its name."""
    key = (event_type.stream, event_type.name)
    if key in _declared:
        raise WrongEvent(f"{event_type.name} of a {event_type.stream} is declared twice.")
    _declared[key] = event_type
    return event_type


def declared_types() -> tuple[EventType[Any], ...]:
    """All that apps declared, by stream and name."""
    return tuple(_declared[key] for key in sorted(_declared))
