"""Plays a scene: reads what a client knows, acts, and collects the events that its sockets would send."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from django.test import Client

from forge.core.events.declarations import NewEvent
from forge.core.events.log import event_checks, last_sequence
from forge.core.models import AuditEntry, Event
from forge.jobs.announcements import jobs_stream
from forge.notices.announcements import inbox_stream
from tests.forge.events.following import PlayedEvent, View
from tests.forge.events.scenarios import EventScene, EventWorld
from tests.forge.test_acts import BY_A_RECORDER, PARTS_OF_ACTS, RECORDERS, UNAUDITED

_events: deque[NewEvent] = deque(maxlen=100)
event_checks.register(_events.append)


def is_unaudited(act: str) -> bool:
    """Returns whether nobody acts, or nothing is to be remembered, as `tests.forge.test_acts` says with the reasons."""
    return act in UNAUDITED or act in BY_A_RECORDER or act in PARTS_OF_ACTS or act.rpartition(".")[0] in RECORDERS


def play(
    scene: EventScene, world: EventWorld, client: Client, read_view: Callable[[Client, Any], View]
) -> tuple[View, list[PlayedEvent], View]:
    """Returns the view before the act, the events as sockets send them, and the view that is read after it."""
    streams = (
        world.project.stream,
        world.organisation.stream,
        world.developer.stream,
        inbox_stream(world.developer.pk),
        inbox_stream(world.organisation.pk),
        jobs_stream(world.organisation.pk),
    )
    act = scene.set_up(world)
    world.project.refresh_from_db()
    before = read_view(client, world.project.pk)
    numbers = {stream: last_sequence(stream) for stream in streams}
    start = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    _events.clear()
    count = AuditEntry.objects.count()
    act()
    assert is_unaudited(scene.act) or AuditEntry.objects.count() > count, "it writes no audit entry"
    rows = Event.objects.filter(pk__gt=start).order_by("pk")
    events = [
        PlayedEvent(new.type, row.sequence, {**row.data, **new.payload})
        for row, new in zip(rows, _events, strict=True)
        if row.stream_id in streams and row.sequence > numbers[row.stream_id]
    ]
    return before, events, read_view(client, world.project.pk)
