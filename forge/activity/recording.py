"""Writes activity entries, in the transaction of the event: both are there, or neither is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from forge.activity.models import Activity
from forge.core.events.announcements import ActivityEntry, activity_values
from forge.core.events.declarations import StreamKind, find_type
from forge.core.events.log import stored_event
from forge.core.models import Event
from forge.projects.models import Project

WINDOW = timedelta(hours=1)
"""How long after an entry the same activity is counted with it."""

ACT = "act"
"""The key under which the facts of an entry have the last act that was counted."""


def record(event: Event) -> None:
    """Writes the activity entry of an event whose type declares one, or counts it with the one before."""
    event_type = find_type(event.stream_id, event.type)
    announcement = event_type.activity if event_type else None
    if event_type is None or announcement is None:
        return
    event_record = stored_event(event)
    entry = announcement.entry(event_record)
    person = (entry.person or event_record.actor) if entry else None
    if entry is None or person is None:
        return
    facts = activity_values(announcement, entry, event.data)
    if event_type.stream is StreamKind.PROJECT:
        organisation: UUID = Project.objects.values_list("organisation", flat=True).get(pk=event_record.holder)
        _write(entry, person, facts, organisation, event_record.holder, event)
    else:
        _write(entry, person, facts, event_record.holder, entry.project, event)


def _write(
    entry: ActivityEntry,
    person: UUID,
    facts: Mapping[str, Any],
    organisation: UUID,
    project: UUID | None,
    event: Event,
) -> None:
    """Writes or counts an entry. The lock of the event's stream keeps a second one of its kind waiting."""
    same = Activity.objects.filter(
        organisation=organisation,
        at__gte=event.created - WINDOW,
        project=project,
        person=person,
        agent=entry.agent or event.agent,
        kind=entry.kind,
        subject=entry.subject,
    )
    facts = {**facts, **({ACT: entry.act} if entry.act else {})}
    earlier = same.only("facts").first()
    if earlier is not None:
        is_same_act = bool(entry.act) and earlier.facts.get(ACT) == entry.act
        count = F("times") if is_same_act else F("times") + 1
        Activity.objects.filter(pk=earlier.pk).update(times=count, at=event.created, facts=facts)
        return
    Activity.objects.create(
        organisation_id=organisation,
        project_id=project,
        person_id=person,
        agent=entry.agent or event.agent,
        kind=entry.kind,
        subject=entry.subject,
        facts=facts,
        at=event.created,
    )
