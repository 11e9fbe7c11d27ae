"""Access to reportable pages, to moderators and to undecided reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from forge.accounts.models import User
from forge.accounts.people.access import find_person
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.audit.messages import ids_among
from forge.core.errors import NotFound
from forge.core.preconditions import etag_of
from forge.moderation.facets import report_facets
from forge.moderation.models import Moderator, Report, ReportQuerySet, ReportState, TakeDown
from forge.projects.access import find_project
from forge.projects.models import Project, Visibility

_OPEN_APPEAL = Q(appealed__isnull=False, refusal="")
"""The condition on take-downs that an appeal waits for its answer."""

Subject = Project | User
"""A subject that can be reported and taken down: a project's public page, or a person's."""


def is_moderator(actor: Actor) -> bool:
    """Returns whether the actor decides about reports, in person: no token does."""
    return actor.person is not None and actor.kind == "person" and Moderator.objects.filter(person=actor.pk).exists()


def require_moderator(actor: Actor) -> None:
    """Raises `NotFound` for everybody else, as for a page that is not there."""
    if not is_moderator(actor):
        raise NotFound


def can_report(actor: Actor, subject: Subject) -> bool:
    """Returns whether the person sees the thing and it is shared with others than its own people."""
    if isinstance(subject, User):
        return subject.shows_page and subject.pk != actor.pk
    return subject.visibility != Visibility.PRIVATE and can(actor, Verb.SEE, subject)


def find_reported(actor: Actor, about: str) -> Subject:
    """Returns the subject of a report: `acme/kitchen`, or `user:<id>`. Raises `NotFound`."""
    kind, _, identifier = about.partition(":")
    subject: Subject
    if kind == "user":
        try:
            subject = find_person(actor, UUID(identifier))
        except ValueError:
            raise NotFound from None
    else:
        organisation, _, name = about.partition("/")
        subject = find_project(actor, organisation, name, Verb.SEE)
    if not can_report(actor, subject):
        raise NotFound("Only what is shared with others can be reported.")
    return subject


def about(subject: Subject) -> Q:
    """The condition on reports and take-downs that they are about this."""
    return Q(person=subject) if isinstance(subject, User) else Q(project=subject)


def standing(subject: Subject) -> TakeDown | None:
    """Returns how it was taken down; None where it is not. The caller has found the subject for the person."""
    return TakeDown.objects.filter(about(subject), ended=None).select_related("by", "appealed_by").first()


def own_reports(actor: Actor) -> ReportQuerySet:
    """Returns a person's reports, newest first."""
    reports = Report.objects.visible_to(actor).filter(reporter=actor.pk).order_by("-created")
    return reports.select_related("project__organisation", "person")


@dataclass(frozen=True)
class Case:
    """A case for moderators: one subject with all its open reports."""

    subject: Subject
    reports: Sequence[Report]
    take_down: TakeDown | None

    @property
    def key(self) -> str:
        """The case's name in forms."""
        return key_of(self.subject)

    @property
    def etag(self) -> str:
        """The state that dismissing the reports names."""
        return etag_of(report_facets(self.reports))

    @property
    def since(self) -> datetime:
        """The time when the first of it began to wait."""
        times = [report.created for report in self.reports]
        if self.take_down is not None:
            times.append(self.take_down.appealed or self.take_down.at)
        return min(times)


def key_of(subject: Subject) -> str:
    """`project:<id>` or `user:<id>`."""
    return f"user:{subject.pk}" if isinstance(subject, User) else subject.stream


def name_of(subject: Subject) -> str:
    """Returns its current name."""
    return str(subject) if isinstance(subject, User) else subject.full_name


def open_cases(actor: Actor) -> list[Case]:
    """Returns the undecided reports and appeals, the oldest first. Two queries. Raises `NotFound`."""
    require_moderator(actor)
    reports = Report.objects.visible_to(actor).filter(state=ReportState.OPEN)
    reports = reports.select_related("project__organisation", "person", "reporter")
    downs = TakeDown.objects.filter(ended=None).filter(_appealed_or_reported())
    downs = downs.select_related("project__organisation", "person", "by", "appealed_by")
    subjects: dict[str, Subject] = {}
    of_reports: dict[str, list[Report]] = {}
    of_downs: dict[str, TakeDown] = {}
    for report in reports:
        subject = subject_of(report)
        subjects[key_of(subject)] = subject
        of_reports.setdefault(key_of(subject), []).append(report)
    for down in downs:
        subject = subject_of(down)
        subjects[key_of(subject)] = subject
        of_downs[key_of(subject)] = down
    cases = [Case(subject, of_reports.get(key, []), of_downs.get(key)) for key, subject in subjects.items()]
    return sorted(cases, key=lambda case: case.since)


def waiting_cases(actor: Actor) -> tuple[int, datetime | None]:
    """Returns how many subjects wait for a decision, and since when the first does.

    Makes one query. Raises `NotFound`.
    """
    require_moderator(actor)
    reports = Report.objects.visible_to(actor).filter(state=ReportState.OPEN).order_by()
    appeals = TakeDown.objects.filter(_OPEN_APPEAL, ended=None).order_by()
    rows = list(
        reports.values_list("project", "person", "created").union(
            appeals.values_list("project", "person", "appealed"), all=True
        )
    )
    return len({row[:2] for row in rows}), min((since for _, _, since in rows), default=None)


def standing_cases(actor: Actor) -> QuerySet[TakeDown]:
    """Returns the subjects that are taken down and need no decision, newest first. Raises `NotFound`."""
    require_moderator(actor)
    take_downs = TakeDown.objects.filter(ended=None).exclude(_appealed_or_reported())
    return take_downs.select_related("project__organisation", "person", "by").order_by("-at")


def find_subject(actor: Actor, key: str) -> Subject:
    """Returns the subject that a moderator's form names. Raises `NotFound`."""
    require_moderator(actor)
    projects, people = ids_among([key], "project"), ids_among([key], "user")
    subject: Subject | None = Project.objects.select_related("organisation").filter(pk__in=projects).first()
    subject = subject or User.objects.filter(pk__in=people).first()
    if subject is None:
        raise NotFound
    return subject


def _appealed_or_reported() -> Q:
    open_ones = Report.objects.filter(state=ReportState.OPEN)
    projects = open_ones.filter(project__isnull=False).values("project")
    people = open_ones.filter(person__isnull=False).values("person")
    return _OPEN_APPEAL | Q(project__in=projects) | Q(person__in=people)


def subject_of(row: Report | TakeDown) -> Subject:
    """The subject of a report or a take-down."""
    subject = row.project or row.person
    if subject is None:
        raise NotFound
    return subject
