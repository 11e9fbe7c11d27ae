"""Reporting what is shared, deciding about reports, and what the people of a thing that was taken down say to it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded, TooOften
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.moderation.access import Subject, about, can_report, key_of, name_of, require_moderator, standing
from forge.moderation.announcements import PROJECT_TAKEN_DOWN
from forge.moderation.facets import report_facets
from forge.moderation.models import LONGEST_TEXT, Moderator, Report, ReportReason, ReportState, TakeDown
from forge.projects.access import require
from forge.projects.models import Project

MOST_OF_A_DAY = 20
"""Reports that one person makes in a day."""


@transaction.atomic
def report(actor: Actor, subject: Subject, reason: str, text: str = "") -> Report:
    """Tells the moderators of this installation that something is wrong with a public page.

    The name of the reporter is shown to them alone. Raises `SignInNeeded`, `NotFound`, `Invalid`, `Conflict` for what
    the person reported already, and `TooOften`.
    """
    person = actor.person
    if person is None:
        raise SignInNeeded("Sign in to report something.")
    if not can_report(actor, subject):
        raise NotFound
    report_reason, text = checked_reason(reason), checked_text(text, needed=reason == ReportReason.OTHER)
    _lock(subject, person)
    since = timezone.now() - timedelta(days=1)
    if Report.objects.filter(reporter=person, created__gt=since).count() >= MOST_OF_A_DAY:
        raise TooOften(f"One person reports at most {MOST_OF_A_DAY} things in a day. Try again tomorrow.", 3600)
    if Report.objects.filter(about(subject), reporter=person, state=ReportState.OPEN).exists():
        raise Conflict("You reported this already. It waits for a decision.")
    project, reported_person = (None, subject) if isinstance(subject, User) else (subject, None)
    new_report = Report.objects.create(
        project=project, person=reported_person, reason=report_reason, text=text, reporter=person
    )
    # In the person's own log: the owners of what is reported do not learn who did it.
    write_entry(actor, "report.make", key_of(subject), person.place, about=name_of(subject), reason=str(report_reason))
    return new_report


@transaction.atomic
def dismiss(actor: Actor, subject: Subject, answer: str, *, precondition: Precondition = None) -> int:
    """Decides that nothing is wrong with it, for all open reports of it: answers how many. Raises `NotFound`,
    `Stale`, `Invalid` and `Conflict`."""
    require_moderator(actor)
    _lock(subject)
    open_reports = list(Report.objects.filter(about(subject), state=ReportState.OPEN))
    if open_reports:
        require_precondition(report_facets(open_reports), precondition)
    closed_count = _close(actor, subject, ReportState.DISMISSED, checked_text(answer, needed=True))
    if not closed_count:
        raise Conflict("No report of it is open. Somebody else decided meanwhile.")
    write_entry(actor, "report.dismiss", key_of(subject), AuditPlace(), about=name_of(subject), reports=closed_count)
    return closed_count


@transaction.atomic
def take_down(actor: Actor, subject: Subject, reason: str, text: str) -> TakeDown:
    """Takes the public page down, with all that it published; its own people keep their work, and read why.

    Raises `NotFound`, `Invalid` and `Conflict`.
    """
    require_moderator(actor)
    take_down_reason, text = checked_reason(reason), checked_text(text, needed=True)
    _lock(subject)
    if standing(subject) is not None:
        raise Conflict("It is taken down already.")
    project, person = (None, subject) if isinstance(subject, User) else (subject, None)
    new_take_down = TakeDown.objects.create(
        project=project, person=person, reason=take_down_reason, text=text, by=actor.person
    )
    _mark(subject, down=True)
    _close(actor, subject, ReportState.TAKEN_DOWN, text)
    write_entry(
        actor,
        "take-down",
        key_of(subject),
        _place(subject),
        about=name_of(subject),
        reason=str(take_down_reason),
        text=text,
    )
    _tell(actor, subject, "taken-down")
    return new_take_down


@transaction.atomic
def put_back(actor: Actor, subject: Subject, text: str) -> None:
    """Puts a page back that was taken down. Raises `NotFound`, `Invalid` and `Conflict`."""
    require_moderator(actor)
    text = checked_text(text, needed=True)
    _lock(subject)
    down = _down(subject)
    down.ended, down.refusal = timezone.now(), ""
    down.save(update_fields=["ended", "refusal"])
    _mark(subject, down=False)
    write_entry(actor, "take-down.end", key_of(subject), _place(subject), about=name_of(subject), text=text)
    _tell(actor, subject, "put-back")


@transaction.atomic
def refuse_appeal(actor: Actor, subject: Subject, text: str) -> None:
    """Leaves it down in spite of an appeal, and says why. Raises `NotFound`, `Invalid` and `Conflict`."""
    require_moderator(actor)
    text = checked_text(text, needed=True)
    _lock(subject)
    down = _down(subject)
    if not down.has_open_appeal:
        raise Conflict("No appeal waits for a decision.")
    down.refusal = text
    down.save(update_fields=["refusal"])
    write_entry(actor, "take-down.refuse", key_of(subject), _place(subject), about=name_of(subject), text=text)
    _tell(actor, subject, "refused")


@transaction.atomic
def appeal(actor: Actor, subject: Subject, text: str) -> None:
    """Asks once to restore it, by somebody who may manage it: the person themself, or a maintainer.

    Raises `Forbidden`, `NotFound`, `Invalid` and `Conflict`.
    """
    if isinstance(subject, User):
        if actor.pk != subject.pk or actor.scopes is not None:
            raise Forbidden("Only the person themself can appeal.")
    else:
        require(actor, Verb.MANAGE, subject)
    text = checked_text(text, needed=True)
    _lock(subject)
    down = _down(subject)
    if down.appealed is not None:
        raise Conflict("An appeal was sent already. The decision is shown here.")
    down.appeal, down.appealed, down.appealed_by = text, timezone.now(), actor.person
    down.save(update_fields=["appeal", "appealed", "appealed_by"])
    write_entry(actor, "take-down.appeal", key_of(subject), _place(subject), about=name_of(subject))


@transaction.atomic
def make_moderator(person: User) -> bool:
    """The operator's: lets a person decide about reports. Answers whether they did not before."""
    _, is_new = Moderator.objects.get_or_create(person=person)
    write_entry(INSTALLATION, "moderator.add", person.stream, person.place)
    return is_new


@transaction.atomic
def end_moderator(person: User) -> bool:
    """The operator's: lets a person decide no more. Answers whether they did before."""
    ended_count, _ = Moderator.objects.filter(person=person).delete()
    write_entry(INSTALLATION, "moderator.remove", person.stream, person.place)
    return bool(ended_count)


def checked_reason(reason: str) -> ReportReason:
    """The reason of this name. Raises `Invalid`."""
    if reason not in ReportReason.values:
        raise Invalid("Choose what is wrong with it.", errors={"reason": ["Choose one."]})
    return ReportReason(reason)


def checked_text(text: str, *, needed: bool) -> str:
    """Returns the text without surrounding spaces. Raises `Invalid`."""
    text = text.replace("\0", "").strip()
    if needed and not text:
        raise Invalid("Write a sentence or two: others decide by it.", errors={"text": ["Write something."]})
    if len(text) > LONGEST_TEXT:
        raise Invalid(
            f"At most {LONGEST_TEXT} characters; you wrote {len(text)}.", errors={"text": [f"At most {LONGEST_TEXT}."]}
        )
    return text


def _close(actor: Actor, subject: Subject, state: ReportState, answer: str) -> int:
    open_ones = Report.objects.filter(about(subject), state=ReportState.OPEN)
    return open_ones.update(state=state, answer=answer, decided_by=actor.person, decided=timezone.now())


def _lock(subject: Subject, *people: User) -> None:
    """Locks the subject, so that a concurrent decision waits, and people; these in one order, so that two who report
    each other do not wait for each other."""
    if isinstance(subject, Project):
        Project.objects.lock(subject.pk)
    else:
        people = (subject, *people)
    if people:
        rows = User.objects.select_for_update(no_key=True).filter(pk__in=[each.pk for each in people])
        list(rows.order_by("pk").values_list("pk"))


def _down(subject: Subject) -> TakeDown:
    down = standing(subject)
    if down is None:
        raise Conflict("It is not taken down.")
    return down


def _mark(subject: Subject, *, down: bool) -> None:
    now = timezone.now() if down else None
    if isinstance(subject, User):
        subject.page_taken_down = now
        subject.save(update_fields=["page_taken_down"])
    else:
        subject.taken_down = now
        subject.save(update_fields=["taken_down"])


def _tell(actor: Actor, subject: Subject, change: str) -> None:
    if isinstance(subject, Project):
        append_event(subject.stream, PROJECT_TAKEN_DOWN(change=change), actor)


def _place(subject: Subject) -> AuditPlace:
    return subject.place
