"""The event log: what happened to a project, an organisation or a person, in numbered order without gaps.

A client reads the current state, then events; when a number is missing it reads the state again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from forge.core.actors import Actor
from forge.core.delivery import deliver, group_of
from forge.core.event_types import EventType
from forge.core.hooks import Hook
from forge.core.models import Event, Stream

event_checks: Hook[[EventType, Mapping[str, Any]], None] = Hook()
"""Checks of what a message says. `forge.core.event_check.check_shape` is one, in tests and with `DEBUG`.

A server compares the names of fields alone: a stored report that an older toolchain wrote must not keep its build from
being told.
"""


@transaction.atomic
def append_event(
    stream: str,
    event_type: EventType,
    data: Mapping[str, Any],
    actor: Actor | None = None,
    told: Mapping[str, Any] | None = None,
) -> Event:
    """Writes an event and gives it the stream's next number; sockets hear of it after commit.

    `told` goes with the message and is not stored: what whoever hears it would ask for next. One that is read from
    the log lacks it, so a client must be able to ask. Raises `WrongEvent` for another shape than the declared one.

    The number is taken by an update of the stream's row, whose lock lasts to the end of the transaction: another
    writer waits, so numbers have no gaps and the order of commits is the order of numbers. Without an actor it is the
    installation that tells.
    """
    told = told or {}
    event_type.check_names(stream, data, told)
    event_checks.call(event_type, {**data, **told})
    Stream.objects.bulk_create([Stream(key=stream)], ignore_conflicts=True)
    Stream.objects.filter(pk=stream).update(last=F("last") + 1)
    sequence = Stream.objects.values_list("last", flat=True).get(pk=stream)
    event = Event.objects.create(
        stream_id=stream, sequence=sequence, type=event_type.name, data=dict(data), actor_id=actor.pk if actor else None
    )
    on_commit_deliver(event, told)
    return event


def on_commit_deliver(event: Event, told: Mapping[str, Any]) -> None:
    """Sends the event to the stream's sockets once the transaction is committed."""
    message = {"stream": event.stream_id, "event": event_to_json(event) | {"data": event.data | told}}
    transaction.on_commit(lambda: deliver(group_of(event.stream_id), message), robust=True)


def event_to_json(event: Event) -> dict[str, Any]:
    """An event as sockets and the API say it."""
    return {"sequence": event.sequence, "type": event.type, "data": event.data}


def last_sequence(stream: str) -> int:
    """The number of the stream's last event; 0 for a stream without any."""
    return Stream.objects.filter(pk=stream).values_list("last", flat=True).first() or 0


def last_sequences(streams: Iterable[str]) -> dict[str, int]:
    """The numbers of the last events of streams; one without any is left out."""
    return dict(Stream.objects.filter(pk__in=tuple(streams)).values_list("pk", "last"))


def events_after(stream: str, sequence: int, limit: int = 1000) -> QuerySet[Event]:
    """The stream's events after a number, in order, at most `limit`."""
    return Event.objects.filter(stream_id=stream, sequence__gt=sequence).order_by("sequence")[:limit]
