"""Asking for a review, its further rounds, its reviewers and its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from forge.accounts.models import Membership, User
from forge.accounts.organisations.access import require_in
from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.threads import MAXIMUM_COMMENT
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.errors import AlreadyRequested, BadReviewers, NotReviewable, ReviewClosed, SameRune
from forge.reviews.gate.changed_files import is_judged_alike
from forge.reviews.models import Review, ReviewerGroup, Round
from forge.reviews.rounds.access import digest_of, is_reviewable, newest_round
from forge.reviews.rounds.actions.invitations import send_invitations
from forge.reviews.rounds.announcements import REVIEW_REQUESTED, ReviewStep
from forge.reviews.rounds.authorship import authors_of
from forge.reviews.rounds.invitees import checked_addresses
from rune.wording import counted, listed

MAXIMUM_TITLE = 200
MOST_GROUPS = 20
MOST_PEOPLE = 50
"""People of one group."""


@dataclass(frozen=True)
class RequestedGroup:
    """People of whom `needed` must approve; with 0 they may, and nobody waits for them. A team, by its name, is asked
    as those of its people who may judge the build."""

    people: tuple[UUID, ...] = ()
    needed: int = 1
    title: str = ""
    team: str = ""


@transaction.atomic
def ask_for_review(
    actor: Actor,
    build: Build,
    title: str,
    message: str = "",
    reviewers: Sequence[RequestedGroup] = (),
    due: date | None = None,
    invited: Sequence[str] = (),
) -> Review:
    """Asks people to judge a build; only then it waits for them.

    `invited` are email addresses of people who are no members: each gets an invitation that leads to the review, and is
    a reviewer once they joined. Raises `Forbidden`, `Invalid`, `NotReviewable`, `AlreadyRequested` and `BadReviewers`.
    """
    project = build.project
    require(actor, Verb.ASK, project)
    title, message = _checked_title(title), _checked_message(message)
    if due is not None and due < timezone.localdate():
        raise Invalid("The due date has passed.", errors={"due": ["Choose today or a later day."]})
    addresses = checked_addresses(actor, project, invited)
    Project.objects.lock(project.pk)
    _require_new(build)
    last = Review.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    review = Review.objects.create(
        project=project, number=last + 1, title=title, message=message, requested_by=actor.person, due=due
    )
    if reviewers or not addresses:
        _put_groups(actor, review, reviewers, authors_of(build))
    Round.objects.create(review=review, number=1, build=build, requested_by=actor.person)
    send_invitations(actor, review, addresses)
    _tell(
        actor,
        review,
        "review.ask",
        ReviewStep.REQUESTED,
        build_number=build.number,
        reviewers=_for_audit(reviewers),
        invited=len(addresses),
    )
    return review


@transaction.atomic
def ask_in_a_new_round(actor: Actor, review: Review, build: Build, message: str = "") -> Round:
    """Carries a review on with a newer build; `message` says what was addressed.

    Raises `Forbidden`, `Invalid`, `ReviewClosed`, `NotReviewable`, `SameRune` and `AlreadyRequested`.
    """
    require(actor, Verb.ASK, review.project)
    message = _checked_message(message)
    Project.objects.lock(review.project_id)
    _require_open(review)
    if build.project_id != review.project_id:
        raise Invalid("The build is of another project.")
    before = newest_round(review)
    if (build.number or 0) < (before.build.number or 0):
        raise Invalid(f"Build {build.number} is older than build {before.build.number}, which is judged now.")
    if (
        build.artefact is not None
        and build.artefact.digest == digest_of(before)
        and is_judged_alike(build, before.build)
    ):
        raise SameRune(
            f"Build {build.number} has the same bytes as build {before.build.number}, the one of round "
            f"{before.number}, and the same forge.yml: what was said of it still holds. Change something first."
        )
    _require_new(build)
    new = Round.objects.create(
        review=review, number=before.number + 1, build=build, message=message, requested_by=actor.person
    )
    _tell(actor, review, "review.round", ReviewStep.ROUND, build_number=build.number, round=new.number)
    return new


@transaction.atomic
def change_reviewers(actor: Actor, review: Review, reviewers: Sequence[RequestedGroup]) -> None:
    """Asks these people and no others. Raises `Forbidden`, `ReviewClosed` and `BadReviewers`."""
    require(actor, Verb.ASK, review.project)
    Project.objects.lock(review.project_id)
    _require_open(review)
    ReviewerGroup.objects.filter(review=review).delete()
    _put_groups(actor, review, reviewers, authors_of(newest_round(review).build))
    _tell(actor, review, "review.reviewers", ReviewStep.REVIEWERS, reviewers=_for_audit(reviewers))


@transaction.atomic
def close_review(actor: Actor, review: Review) -> None:
    """Ends a review: nobody is waited for any more, and verdicts stay. Raises `Forbidden` and `ReviewClosed`."""
    require(actor, Verb.ASK, review.project)
    Project.objects.lock(review.project_id)
    _require_open(review)
    review.closed = timezone.now()
    review.save(update_fields=["closed"])
    _tell(actor, review, "review.close", ReviewStep.CLOSED)


def _tell(actor: Actor, review: Review, action: str, change: ReviewStep, **data: object) -> None:
    write_entry(actor, action, review.subject, review.project.place, number=review.number, **data)
    by = person_to_json(actor.person) if actor.person else None
    event = REVIEW_REQUESTED(review=str(review.pk), number=review.number, change=change.value, by=by)
    append_event(review.project.stream, event, actor)


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise Invalid("Write in a few words what is to be judged.", errors={"title": ["Write a few words."]})
    if len(title) > MAXIMUM_TITLE:
        raise Invalid(f"A title has at most {MAXIMUM_TITLE} characters, this one has {len(title)}.")
    return title


def _checked_message(message: str) -> str:
    message = message.strip()
    if len(message) > MAXIMUM_COMMENT:
        raise Invalid(f"A message has at most {MAXIMUM_COMMENT} characters, this one has {len(message)}.")
    return message


def _require_open(review: Review) -> None:
    review.refresh_from_db(fields=["closed"])
    if review.closed is not None:
        raise ReviewClosed(f"Review {review.number} was closed. Ask for a new one.")


def _require_new(build: Build) -> None:
    """Raises `NotReviewable`, and `AlreadyRequested` where the newest round of an open review has the same bytes."""
    if not is_reviewable(build) or build.artefact is None:
        raise NotReviewable("Only a build that succeeded can be reviewed.")
    open_rounds = Round.objects.filter(review__project=build.project, review__closed=None)
    of_bytes = open_rounds.filter(build__artefact__digest=build.artefact.digest)
    rounds = of_bytes.select_related("review", "build__artefact", "build__version")
    same = next((each for each in rounds if is_judged_alike(build, each.build)), None)
    if same is not None:
        raise AlreadyRequested(f"Review {same.review.number} asks about these bytes. Carry it on, or close it first.")


def _put_groups(actor: Actor, review: Review, reviewers: Sequence[RequestedGroup], authors: frozenset[UUID]) -> None:
    """Writes the groups. Raises `BadReviewers`."""
    if not any(group.needed for group in reviewers):
        raise BadReviewers("Choose at least one person whose approval is needed.")
    if len(reviewers) > MOST_GROUPS:
        raise BadReviewers(f"A review has at most {MOST_GROUPS} groups of reviewers, this one has {len(reviewers)}.")
    able = _members_who_judge(review.project)
    for position, requested in enumerate(reviewers):
        group = _with_people(actor, review.project, requested, able.keys() - authors) if requested.team else requested
        _require_able(group, able, authors)
        row = ReviewerGroup.objects.create(
            review=review, position=position, title=group.title.strip()[:60], needed=group.needed
        )
        row.people.set([able[person] for person in group.people])


def _with_people(actor: Actor, project: Project, group: RequestedGroup, able: Collection[UUID]) -> RequestedGroup:
    """A team as the people of it who may judge. Raises `Forbidden` and `BadReviewers`."""
    require_in(actor, Verb.SEE_ORGANISATION, project.organisation)
    members = Membership.objects.filter(
        organisation=project.organisation_id, teams__organisation=project.organisation_id, teams__name=group.team
    )
    people = tuple(person for person in members.values_list("user", flat=True) if person in able)
    if not people:
        raise BadReviewers(
            f"Nobody of the team {group.team[:60]} can be asked: its people may give no verdict here, or built this or "
            "wrote part of it."
        )
    return replace(group, people=people, title=group.title.strip() or f"Team {group.team}")


def _members_who_judge(project: Project) -> dict[UUID, User]:
    return {mate.user.pk: mate.user for mate in team_of(project, Verb.REVIEW)}


def _require_able(group: RequestedGroup, able: dict[UUID, User], authors: frozenset[UUID]) -> None:
    people = frozenset(group.people)
    if not people or len(people) > MOST_PEOPLE:
        raise BadReviewers(f"A group of reviewers has 1 to {MOST_PEOPLE} people, this one has {len(people)}.")
    if not people <= able.keys():
        raise BadReviewers("Only people who may give verdicts in this project can be asked.")
    if own := people & authors:
        names = listed(sorted(str(able[one]) for one in own))
        raise BadReviewers(f"{names} built it or wrote part of it, so someone else must judge it.")
    if not 0 <= group.needed <= len(people):
        raise BadReviewers(
            f"{counted(group.needed, 'approval')} of {counted(len(people), 'person', 'people')} cannot be had."
        )


def _for_audit(reviewers: Sequence[RequestedGroup]) -> list[str]:
    return [
        f"{group.needed} of {f'team {group.team}' if group.team else ', '.join(str(one) for one in group.people)}"
        for group in reviewers
    ]
