"""Makes notices of events, in the transaction of the event: a notice is there with it, or neither is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from forge.accounts.project_people import ids_of_team
from forge.core.events.announcements import NoticeDraft, notice_values
from forge.core.events.declarations import StreamKind, find_type
from forge.core.events.log import append_event, stored_event
from forge.core.models import Event
from forge.notices.announcements import INBOX_CHANGED, inbox_stream
from forge.notices.models import MailPreference, MutedThing, Notice, WatchedProject
from forge.notices.rules import (
    Audience,
    Level,
    MailChoice,
    NoticeCause,
    mail_due,
    recipients,
    stronger,
    topic_and_message,
)
from forge.projects.models import Project


def record(event: Event) -> None:
    """Makes the notices of an event whose type declares them."""
    event_type = find_type(event.stream_id, event.type)
    announcement = event_type.notice if event_type else None
    if event_type is None or announcement is None:
        return
    event_record = stored_event(event)
    draft = announcement.draft(event_record)
    is_of_project = event_type.stream is StreamKind.PROJECT
    project = Project.objects.alive().filter(pk=event_record.holder).first() if is_of_project else None
    if draft is None or (project is None and is_of_project):
        return
    values = notice_values(announcement, draft, event.data)
    organisation = project.organisation_id if project else event_record.holder
    reasons = recipients(draft, event.actor_id, _audience(draft, organisation, project))
    if reasons:
        _write(draft, values, event.actor_id, organisation, project, reasons)
        append_event(inbox_stream(organisation), INBOX_CHANGED(people=sorted(str(person) for person in reasons)))


def _audience(draft: NoticeDraft, organisation: UUID, project: Project | None) -> Audience:
    levels = WatchedProject.objects.filter(project=project).values_list("person", "level") if project else ()
    mutings = MutedThing.objects.filter(subject=draft.subject)
    return Audience(
        ids_of_team(organisation, project.pk if project else None),
        {person: Level(level) for person, level in levels},
        frozenset(mutings.values_list("person", flat=True)),
    )


def _write(
    draft: NoticeDraft,
    values: Mapping[str, Any],
    actor: UUID | None,
    organisation: UUID,
    project: Project | None,
    reasons: Mapping[UUID, NoticeCause],
) -> None:
    """Writes one notice for each person, or changes the one about the same thing. The lock of the event's stream keeps
    another event of the same thing waiting."""
    now, choices = timezone.now(), _mail_choices(reasons)
    earlier = Notice.objects.filter(person__in=reasons, subject=draft.subject)
    notices_by_person = {notice.person_id: notice for notice in earlier}
    fresh: list[Notice] = []
    changed_notices: list[Notice] = []
    for person, reason in reasons.items():
        notice = notices_by_person.get(person) or Notice(person_id=person, subject=draft.subject, events=0)
        is_unread = notice.events > 0 and notice.read is None and notice.done is None
        notice.reason = stronger(reason, NoticeCause(notice.reason)) if is_unread else reason
        notice.events = notice.events + 1 if is_unread else 1
        due = mail_due(NoticeCause(notice.reason), choices.get(person, MailChoice.REQUESTED_AND_DIGEST), now)
        # A digest that is due stays due; what asks for something is not put off by what follows it.
        notice.mail_due = min(filter(None, (notice.mail_due if is_unread else None, due)), default=None)
        notice.organisation_id, notice.project = organisation, project
        topic, message = topic_and_message(draft, reason)
        notice.kind, notice.path = topic.name, draft.path
        notice.facts = {**values, "title": draft.title, "message": message}
        notice.actor_id, notice.changed, notice.read, notice.done = actor, now, None, None
        (changed_notices if person in notices_by_person else fresh).append(notice)
    Notice.objects.bulk_create(fresh)
    Notice.objects.bulk_update(changed_notices, _CHANGES)


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
