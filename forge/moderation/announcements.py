"""The event of taking a project down, what becomes of it, and the sentences of the audit log about moderation."""

from __future__ import annotations

from typing import TypedDict

from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import NoticeAnnouncement, NoticeDraft, NoticeTopic, StoredEvent
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.projects.models import Project


class ProjectTakenDownJson(TypedDict):
    """A project whose public page was taken down for this reason, or was put back, or for which an appeal was
    refused."""

    change: str
    """`taken-down`, `put-back` or `refused`."""


TAKE_DOWNS = NoticeTopic(
    "taken-down",
    icon="flag",
    messages={
        "taken-down": "The operator of this server took it down",
        "put-back": "The operator of this server put it back",
        "refused": "The operator of this server leaves it down",
    },
    action="See why",
)


def _notice(event: StoredEvent[ProjectTakenDownJson]) -> NoticeDraft | None:
    """Asks those to look who may appeal."""
    project = Project.objects.filter(pk=event.holder).first()
    if project is None:
        return None
    return NoticeDraft(
        TAKE_DOWNS,
        event.data["change"],
        title=f"The public page of {project.name}",
        subject=f"take-down:{project.pk}",
        path="",
        addressees=frozenset(mate.user.pk for mate in team_of(project, Verb.MANAGE)),
        is_for_watchers=False,
    )


PROJECT_TAKEN_DOWN = declare(
    EventType(
        "project.taken-down",
        StreamKind.PROJECT,
        ProjectTakenDownJson,
        ("state",),
        audit=AuditSentences(
            AuditTopic.MODERATION,
            {
                "take-down": "took the public page of {about} down ({reason}): “{text}”",
                "take-down.end": "put the public page of {about} back: “{text}”",
                "take-down.refuse": "left the public page of {about} down: “{text}”",
            },
        ),
        notice=NoticeAnnouncement((TAKE_DOWNS,), _notice),
    )
)

# Actions that write no event.
declare_sentences(
    AuditTopic.MODERATION,
    {
        "report.make": "reported {about}: {reason}",
        "report.dismiss": "dismissed {reports} reports of {about}",
        "take-down.appeal": "appealed against taking the public page of {about} down",
        "moderator.add": "made {person} a moderator",
        "moderator.remove": "removed {person} as a moderator",
    },
)
