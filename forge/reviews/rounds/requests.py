"""The request of a review, checked before it is stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils import timezone

from forge.accounts.access import require_in
from forge.accounts.models import Membership, User
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.core.threads import MAXIMUM_COMMENT
from forge.projects.models import Project
from forge.reviews.errors import BadReviewers
from forge.reviews.rounds.authorship import authors_of
from forge.reviews.rounds.invitees import checked_addresses
from rune.wording import counted, listed

MAXIMUM_TITLE = 200
MOST_GROUPS = 20
MOST_PEOPLE = 50
"""People of one group."""


@dataclass(frozen=True)
class RequestedGroup:
    """People of whom `required_approvals` must approve; with 0 they may, and nobody waits for them. A team, by its
    name, is asked as those of its people who may judge the build."""

    people: tuple[UUID, ...] = ()
    required_approvals: int = 1
    title: str = ""
    team: str = ""


@dataclass(frozen=True)
class CheckedRequest:
    """The request of a review, as it is stored; teams are replaced by their members."""

    title: str
    message: str
    groups: tuple[RequestedGroup, ...]
    addresses: Sequence[str]


def check_request(
    actor: Actor,
    build: Build,
    title: str,
    message: str,
    reviewers: Sequence[RequestedGroup],
    due: date | None,
    invitees: Sequence[str],
) -> CheckedRequest:
    """Returns the checked request. Raises `Forbidden`, `Invalid` and `BadReviewers`."""
    title, message = _checked_title(title), checked_message(message)
    if due is not None and due < timezone.localdate():
        raise Invalid("The due date has passed.", errors={"due": ["Choose today or a later day."]})
    addresses = checked_addresses(actor, build.project, invitees)
    needs_groups = bool(reviewers) or not addresses
    groups = checked_groups(actor, build.project, reviewers, authors_of(build)) if needs_groups else ()
    return CheckedRequest(title, message, groups, addresses)


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise Invalid("Write in a few words what is to be judged.", errors={"title": ["Write a few words."]})
    if len(title) > MAXIMUM_TITLE:
        raise Invalid(f"A title has at most {MAXIMUM_TITLE} characters; this one has {len(title)}.")
    return title


def checked_message(message: str) -> str:
    message = message.strip()
    if len(message) > MAXIMUM_COMMENT:
        raise Invalid(f"A message has at most {MAXIMUM_COMMENT} characters; this one has {len(message)}.")
    return message


def checked_groups(
    actor: Actor, project: Project, reviewers: Sequence[RequestedGroup], authors: frozenset[UUID]
) -> tuple[RequestedGroup, ...]:
    """The groups, with the people of teams. Raises `BadReviewers`."""
    if not any(group.required_approvals for group in reviewers):
        raise BadReviewers("Choose at least one person whose approval is needed.")
    if len(reviewers) > MOST_GROUPS:
        raise BadReviewers(f"A review has at most {MOST_GROUPS} groups of reviewers; this one has {len(reviewers)}.")
    able = _members_who_judge(project)
    groups = tuple(
        _with_people(actor, project, requested_group, able.keys() - authors)
        if requested_group.team
        else requested_group
        for requested_group in reviewers
    )
    for group in groups:
        _require_able(group, able, authors)
    return groups


def _with_people(actor: Actor, project: Project, group: RequestedGroup, able: Collection[UUID]) -> RequestedGroup:
    """A team as the people of it who may judge. Raises `Forbidden` and `BadReviewers`."""
    require_in(actor, Verb.SEE_ORGANISATION, project.organisation)
    members = Membership.objects.filter(
        organisation=project.organisation_id, teams__organisation=project.organisation_id, teams__name=group.team
    )
    people = tuple(person for person in members.values_list("user", flat=True) if person in able)
    if not people:
        raise BadReviewers(
            f"Nobody of the team {group.team[:60]} can review this build: they may not give verdicts in this project, "
            "or they built it or wrote part of it."
        )
    return replace(group, people=people, title=group.title.strip() or f"Team {group.team}")


def _members_who_judge(project: Project) -> dict[UUID, User]:
    return {mate.user.pk: mate.user for mate in team_of(project, Verb.REVIEW)}


def _require_able(group: RequestedGroup, able: dict[UUID, User], authors: frozenset[UUID]) -> None:
    people = frozenset(group.people)
    if not people or len(people) > MOST_PEOPLE:
        raise BadReviewers(f"A group of reviewers has 1 to {MOST_PEOPLE} people; this one has {len(people)}.")
    if not people <= able.keys():
        raise BadReviewers("Only people who may give verdicts in this project can be asked.")
    if own := people & authors:
        names = listed(sorted(str(able[one]) for one in own))
        raise BadReviewers(f"{names} built it or wrote part of it, so someone else must judge it.")
    if not 0 <= group.required_approvals <= len(people):
        approvals = counted(group.required_approvals, "approval")
        raise BadReviewers(f"{counted(len(people), 'person', 'people')} cannot give {approvals}.")
