"""Reading notices, and what a person wants to hear of."""

from __future__ import annotations

from uuid import UUID

from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.notices.models import MailPreference, MutedThing, Notice, NoticeQuerySet, WatchedProject
from forge.notices.rules import Level, MailChoice
from forge.projects.models import Project


def notices_of(actor: Actor) -> NoticeQuerySet:
    """A person's notices with all that is shown of them, the newest first."""
    notices = Notice.objects.visible_to(actor)
    return notices.select_related("project__organisation", "organisation", "actor").order_by("-changed")


def unread_count(actor: Actor) -> int:
    """Returns how many notices a person has not read."""
    return Notice.objects.visible_to(actor).unread().count()


def find_notice(actor: Actor, notice_id: UUID) -> Notice:
    """Returns a notice of the person. Raises `NotFound`."""
    notice = notices_of(actor).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("You have no such notice.")
    return notice


def level_of(actor: Actor, project: Project) -> Level:
    """Returns a person's level of notices for a project. The caller may read the project."""
    row = WatchedProject.objects.filter(person=actor.pk, project=project).first()
    return Level(row.level) if row else Level.MINE


def mail_choice_of(actor: Actor) -> MailChoice:
    """Returns a person's choice of email."""
    row = MailPreference.objects.filter(person=actor.pk).first()
    return MailChoice(row.choice) if row else MailChoice.REQUESTED_AND_DIGEST


def levels_of(actor: Actor) -> list[WatchedProject]:
    """The projects of which a person wants to hear other than what is theirs."""
    watched_projects = WatchedProject.objects.filter(person=actor.pk, project__in=Project.objects.of_member(actor))
    return list(
        watched_projects.select_related("project__organisation").order_by(
            "project__organisation__name", "project__name"
        )
    )


def is_muted(notice: Notice) -> bool:
    """Returns whether its person wants to hear nothing more of its thing."""
    return MutedThing.objects.filter(person=notice.person_id, subject=notice.subject).exists()
