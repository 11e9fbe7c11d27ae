"""The event log: what happened to a project, an organisation or a person, in numbered order without gaps.

A client reads the current state, then events; when a number is missing it reads the state again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from forge.core.actors import Actor, agent_of
from forge.core.events.announcements import StoredEvent
from forge.core.events.declarations import NewEvent
from forge.core.events.delivery import deliver, group_of
from forge.core.hooks import Hook
from forge.core.models import Event, Stream

event_checks: Hook[[NewEvent], None] = Hook()
"""Checks of an event's data; tests register one that compares it with the whole declaration.

A server compares the names of fields alone: a stored report of an older toolchain must not prevent its build's event.
"""


event_written: Hook[[Event], None] = Hook()
"""An event stands in the log: in its transaction, so that what a function writes is there with the event or not at
all. Notices and webhooks are made here. Functions look at the type first: previews tell of each keystroke."""


@transaction.atomic
def append_event(stream: str, event: NewEvent, actor: Actor | None = None) -> Event:
    """Writes an event and gives it the stream's next number; sockets hear of it after commit.

    Transient keys go with the message and are not stored. Raises `WrongEvent` for another shape than the
    declared one.

    The number is taken by an update of the stream's row, whose lock lasts to the end of the transaction: another
    writer waits, so numbers have no gaps and the order of commits is the order of numbers. Without an actor it is the
    installation that tells.
    """
    event.type.check(stream, event.payload)
    event_checks.call(event)
    Stream.objects.bulk_create([Stream(key=stream)], ignore_conflicts=True)
    Stream.objects.filter(pk=stream).update(last=F("last") + 1)
    sequence = Stream.objects.values_list("last", flat=True).get(pk=stream)
    row = Event.objects.create(
        stream_id=stream,
        sequence=sequence,
        type=event.type.name,
        data=event.stored_payload,
        actor_id=actor.pk if actor else None,
        agent=agent_of(actor),
    )
    event_written.call(row)
    message = {"stream": stream, "event": event_to_json(row) | {"data": dict(event.payload)}}
    transaction.on_commit(lambda: deliver(group_of(stream), message), robust=True)
    return row


def stored_event(event: Event) -> StoredEvent[Any]:
    """Returns a row of the log as the functions of announcements read it."""
    return StoredEvent(event.data, UUID(event.stream_id.partition(":")[2]), event.actor_id)


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
