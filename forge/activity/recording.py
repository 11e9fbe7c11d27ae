"""Writes down what somebody did, in the transaction of the event: the feed tells of it, or it did not happen."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F

from forge.activity.kinds import Deed
from forge.activity.models import Activity
from forge.activity.readings import readings, who_acted
from forge.core.events.declarations import StreamKind
from forge.core.models import Event
from forge.projects.models import Project

WINDOW = timedelta(hours=1)
"""How long after a deed the same deed to the same thing is told with it."""


def record(event: Event) -> None:
    """Writes down what an event tells of a person, or counts it with what they did before."""
    kind, _, key = event.stream_id.partition(":")
    reading = readings.get((kind, event.type))
    person = who_acted(event) if reading else None
    deed = reading(event, person) if reading and person else None
    if deed is None:
        return
    if kind == StreamKind.PROJECT:
        organisation: UUID = Project.objects.values_list("organisation", flat=True).get(pk=key)
        _write(deed, organisation, UUID(key), event)
    else:
        _write(deed, UUID(key), deed.project, event)


def _write(deed: Deed, organisation: UUID, project: UUID | None, event: Event) -> None:
    """Who does the same again meanwhile waits for the stream, whose row the event holds."""
    same = Activity.objects.filter(
        organisation=organisation,
        at__gte=event.created - WINDOW,
        project=project,
        person=deed.person,
        kind=deed.kind,
        subject=deed.subject,
    )
    again = same.values_list("pk", flat=True).first()
    if again is not None:
        Activity.objects.filter(pk=again).update(times=F("times") + 1, at=event.created, facts=dict(deed.facts))
        return
    Activity.objects.create(
        organisation_id=organisation,
        project_id=project,
        person_id=deed.person,
        kind=deed.kind,
        subject=deed.subject,
        facts=dict(deed.facts),
        at=event.created,
    )
