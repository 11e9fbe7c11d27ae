"""Makes notices of events, in the transaction of the event: a notice is there with it, or neither is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from forge.accounts.project_people import ids_of_team
from forge.core.events.declarations import StreamKind
from forge.core.events.log import append_event
from forge.core.models import Event
from forge.notices.events import INBOX_CHANGED, inbox_stream
from forge.notices.happenings import readings
from forge.notices.models import MailPreference, MutedThing, Notice, WatchedProject
from forge.notices.rules import Audience, Happening, Level, MailChoice, Reason, kind_for, mail_due, recipients, stronger
from forge.projects.models import Project


def record(event: Event) -> None:
    """Makes the notices of an event, of those that give any."""
    reading = readings.get(event.type)
    if reading is None:
        return
    happening = reading(event)
    kind, _, key = event.stream_id.partition(":")
    project = Project.objects.alive().filter(pk=key).first() if kind == StreamKind.PROJECT else None
    organisation = project.organisation_id if project else UUID(key)
    if happening is None or (project is None and kind == StreamKind.PROJECT):
        return
    hearing = recipients(happening, event.actor_id, _audience(happening, organisation, project))
    if hearing:
        _write(happening, event.actor_id, organisation, project, hearing, timezone.now())
        append_event(inbox_stream(organisation), INBOX_CHANGED(people=sorted(str(person) for person in hearing)))


def _audience(happening: Happening, organisation: UUID, project: Project | None) -> Audience:
    levels = WatchedProject.objects.filter(project=project).values_list("person", "level") if project else ()
    muted = MutedThing.objects.filter(subject=happening.subject)
    return Audience(
        ids_of_team(organisation, project.pk if project else None),
        {person: Level(level) for person, level in levels},
        frozenset(muted.values_list("person", flat=True)),
    )


def _write(
    happening: Happening,
    actor: UUID | None,
    organisation: UUID,
    project: Project | None,
    hearing: Mapping[UUID, Reason],
    now: datetime,
) -> None:
    """One notice for each person; one that is there tells of this event now. The stream's row, which the event holds,
    keeps another event of the same thing waiting meanwhile."""
    choices = _mail_choices(hearing)
    there = Notice.objects.filter(person__in=hearing, subject=happening.subject)
    known = {notice.person_id: notice for notice in there}
    fresh: list[Notice] = []
    changed: list[Notice] = []
    for person, reason in hearing.items():
        notice = known.get(person) or Notice(person_id=person, subject=happening.subject, events=0)
        is_unread = notice.events > 0 and notice.read is None and notice.done is None
        notice.reason = stronger(reason, Reason(notice.reason)) if is_unread else reason
        notice.events = notice.events + 1 if is_unread else 1
        due = mail_due(Reason(notice.reason), choices.get(person, MailChoice.ASKED_AND_DIGEST), now)
        # A digest that is due stays due; what asks for something is not put off by what follows it.
        notice.mail_due = min(filter(None, (notice.mail_due if is_unread else None, due)), default=None)
        notice.organisation_id, notice.project = organisation, project
        notice.kind, notice.path, notice.facts = kind_for(happening, reason), happening.path, dict(happening.facts)
        notice.actor_id, notice.changed, notice.read, notice.done = actor, now, None, None
        (changed if person in known else fresh).append(notice)
    Notice.objects.bulk_create(fresh)
    Notice.objects.bulk_update(changed, _CHANGES)


_CHANGES = (
    "organisation",
    "project",
    "kind",
    "path",
    "facts",
    "reason",
    "actor",
    "events",
    "changed",
    "read",
    "done",
    "mail_due",
)


def _mail_choices(people: Collection[UUID]) -> dict[UUID, MailChoice]:
    rows = MailPreference.objects.filter(person__in=people).values_list("person", "choice")
    return {person: MailChoice(choice) for person, choice in rows}
