"""Asking for a review, its further rounds, its reviewers and its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import next_number
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.errors import AlreadyRequested, NotReviewable, ReviewClosed, ReviewPublished, SameRune
from forge.reviews.gate.changed_files import is_judged_alike
from forge.reviews.models import Review, ReviewerGroup, Round
from forge.reviews.place import REVIEW
from forge.reviews.reviewing.actions.invitations import send_invitations
from forge.reviews.reviewing.serializers import OUTCOME
from forge.reviews.rounds.access import complete, digest_of, is_reviewable, newest_round, published_version_of
from forge.reviews.rounds.announcements import REVIEW_REQUESTED, ReviewStep
from forge.reviews.rounds.authorship import authors_of
from forge.reviews.rounds.etag_facets import review_facets, reviewer_facets
from forge.reviews.rounds.requests import RequestedGroup, check_request, checked_groups, checked_message


@transaction.atomic
def ask_for_review(
    actor: Actor,
    build: Build,
    title: str,
    message: str = "",
    reviewers: Sequence[RequestedGroup] = (),
    due: date | None = None,
    invitees: Sequence[str] = (),
) -> Review:
    """Asks people to judge a build; only then it waits for them.

    `invitees` are email addresses of people who are no members: each gets an invitation that leads to the review, and
    is a reviewer once they joined. Raises `Forbidden`, `Invalid`, `NotReviewable`, `AlreadyRequested` and
    `BadReviewers`.
    """
    project = build.project
    require(actor, Verb.ASK, project)
    Project.objects.lock(project.pk)
    checked_request = check_request(actor, build, title, message, reviewers, due, invitees)
    _require_new(build)
    review = Review.objects.create(
        project=project,
        number=next_number(Review.objects.filter(project=project)),
        title=checked_request.title,
        message=checked_request.message,
        requested_by=actor.person,
        due=due,
    )
    _write_groups(review, checked_request.groups)
    Round.objects.create(review=review, number=1, build=build, requested_by=actor.person)
    send_invitations(actor, review, checked_request.addresses)
    _record(
        actor,
        review,
        "review.ask",
        ReviewStep.REQUESTED,
        build_number=build.number,
        reviewers=_for_audit(reviewers),
        invited=len(checked_request.addresses),
    )
    return review


@transaction.atomic
def ask_in_a_new_round(actor: Actor, review: Review, build: Build, message: str = "") -> Round:
    """Carries a review on with a newer build; `message` says what was addressed.

    Raises `Forbidden`, `Invalid`, `ReviewClosed`, `ReviewPublished`, `NotReviewable`, `SameRune` and
    `AlreadyRequested`.
    """
    require(actor, Verb.ASK, review.project)
    message = checked_message(message)
    Project.objects.lock(review.project_id)
    require_ongoing(review)
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
    _record(actor, review, "review.round", ReviewStep.ROUND, build_number=build.number, round=new.number)
    return new


@transaction.atomic
def change_reviewers(
    actor: Actor, review: Review, reviewers: Sequence[RequestedGroup], *, precondition: Precondition = None
) -> None:
    """Asks these people and no others. Raises `Forbidden`, `ReviewClosed`, `Stale` and `BadReviewers`."""
    require(actor, Verb.ASK, review.project)
    Project.objects.lock(review.project_id)
    _require_open(review)
    require_precondition(reviewer_facets(_afresh(review)), precondition)
    ReviewerGroup.objects.filter(review=review).delete()
    _write_groups(review, checked_groups(actor, review.project, reviewers, authors_of(newest_round(review).build)))
    _record(actor, review, "review.reviewers", ReviewStep.REVIEWERS, reviewers=_for_audit(reviewers))


@act("POST", REVIEW, "close", "requested_reviews_close", verb=Verb.ASK, state=IF_MATCH, answer=OUTCOME, raises=Conflict)
@transaction.atomic
def close_review(actor: Actor, review: Review, *, precondition: Precondition = None) -> None:
    """Ends the review: nobody is waited for any more, and verdicts stay."""
    Project.objects.lock(review.project_id)
    _require_open(review)
    require_precondition(review_facets(_afresh(review)), precondition)
    review.closed, review.closed_by = timezone.now(), actor.person
    review.save(update_fields=["closed", "closed_by"])
    _record(actor, review, "review.close", ReviewStep.CLOSED)


def _record(actor: Actor, review: Review, action: str, change: ReviewStep, **data: object) -> None:
    write_entry(actor, action, review.subject, review.project.place, number=review.number, **data)
    by = person_to_json(actor.person) if actor.person else None
    event = REVIEW_REQUESTED(review=str(review.pk), number=review.number, change=change.value, by=by)
    append_event(review.project.stream, event, actor)


def require_ongoing(review: Review) -> None:
    """Raises `ReviewClosed` and `ReviewPublished`: pages offer a further round of the others alone."""
    _require_open(review)
    if version := published_version_of(review):
        raise ReviewPublished(
            f"The build of review {review.number} is published as {version}. Ask for a new review of this build."
        )


def _require_open(review: Review) -> None:
    review.refresh_from_db(fields=["closed"])
    if review.closed is not None:
        raise ReviewClosed(f"Review {review.number} was closed. Ask for a new one.")


def _afresh(review: Review) -> Review:
    """Returns the review as it is now, with its rounds and reviewers."""
    return complete(Review.objects.filter(pk=review.pk)).get()


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


def _write_groups(review: Review, groups: Sequence[RequestedGroup]) -> None:
    for position, group in enumerate(groups):
        row = ReviewerGroup.objects.create(
            review=review,
            position=position,
            title=group.title.strip()[:60],
            required_approvals=group.required_approvals,
        )
        row.people.set(group.people)  # type: ignore[arg-type] # takes keys too


def _for_audit(reviewers: Sequence[RequestedGroup]) -> list[str]:
    def people_of(group: RequestedGroup) -> str:
        return f"team {group.team}" if group.team else ", ".join(str(one) for one in group.people)

    return [f"{group.required_approvals} of {people_of(group)}" for group in reviewers]
