"""Actions on notices: reading and ending them, watching and muting, and choosing email."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_scope
from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.notices.announcements import INBOX_CHANGED, inbox_stream
from forge.notices.models import MailPreference, MutedThing, Notice, WatchedProject
from forge.notices.rules import Level, MailChoice
from forge.projects.access import require
from forge.projects.models import Project


@transaction.atomic
def change_notice(actor: Actor, notice: Notice, *, read: bool | None = None, done: bool | None = None) -> Notice:
    """Says that a person has looked at a notice, or is done with it, or neither. Raises `Forbidden`."""
    require_scope(actor, Scope.ACCOUNT_WRITE)
    now = timezone.now()
    if read is not None:
        notice.read = (notice.read or now) if read else None
    if done is not None:
        notice.done = (notice.done or now) if done else None
        notice.read = notice.read or (now if done else None)
    Notice.objects.filter(pk=notice.pk).update(read=notice.read, done=notice.done)
    append_event(inbox_stream(actor.pk), INBOX_CHANGED(people=[str(actor.pk)]), actor)
    return notice


@transaction.atomic
def read_all(actor: Actor) -> None:
    """Says that a person has looked at all their notices. Raises `Forbidden`."""
    require_scope(actor, Scope.ACCOUNT_WRITE)
    Notice.objects.visible_to(actor).unread().update(read=timezone.now())
    append_event(inbox_stream(actor.pk), INBOX_CHANGED(people=[str(actor.pk)]), actor)


@transaction.atomic
def mute(actor: Actor, notice: Notice, *, muted: bool = True) -> None:
    """Lets a person hear nothing more of a notice's thing, and be done with it; or hear of it again.

    Raises `Forbidden`.
    """
    require_scope(actor, Scope.ACCOUNT_WRITE)
    if muted:
        MutedThing.objects.get_or_create(person=actor.person, subject=notice.subject)
        change_notice(actor, notice, done=True)
    else:
        MutedThing.objects.filter(person=actor.person, subject=notice.subject).delete()
        change_notice(actor, notice, done=False)


@transaction.atomic
def watch_project(actor: Actor, project: Project, level: str) -> Level:
    """Chooses of what of a project a person hears. Raises `Forbidden`, `NotFound` and `Invalid`."""
    require(actor, Verb.READ, project)
    require_scope(actor, Scope.ACCOUNT_WRITE)
    if level not in tuple(Level):
        raise Invalid(f"Choose one of {', '.join(Level)}.", errors={"level": [f"One of {', '.join(Level)}."]})
    WatchedProject.objects.update_or_create(person=actor.person, project=project, defaults={"level": level})
    write_entry(
        actor, "notices.watch", f"project:{project.pk}", actor.person.place, level=level, watched=project.full_name
    )
    return Level(level)


@transaction.atomic
def choose_mail(actor: Actor, choice: str) -> MailChoice:
    """Chooses what a person gets by email. Raises `Forbidden` and `Invalid`."""
    require_scope(actor, Scope.ACCOUNT_WRITE)
    if choice not in tuple(MailChoice):
        message = f"Choose one of {', '.join(MailChoice)}."
        raise Invalid(message, errors={"mail": [message]})
    return _choose(actor, actor.person, MailChoice(choice))


@transaction.atomic
def unsubscribe(person: User) -> None:
    """Ends email about notices for the person of a signed link, no matter who opened it (RFC 8058)."""
    _choose(person, person, MailChoice.NONE)


def _choose(actor: Any, person: User, choice: MailChoice) -> MailChoice:
    MailPreference.objects.update_or_create(person=person, defaults={"choice": choice})
    if choice is MailChoice.NONE:
        Notice.objects.filter(person=person).update(mail_due=None)
    write_entry(actor, "notices.mail", f"user:{person.pk}", person.place, choice=choice.value)
    return choice
