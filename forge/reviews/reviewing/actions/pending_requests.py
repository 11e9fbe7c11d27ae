"""Asking for a review of a build that is not over: it is asked for when the build succeeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from forge.accounts.models import ApiToken
from forge.accounts.permissions import Verb
from forge.accounts.principals import acting_as, token_of
from forge.builds.access import complete_builds
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import DomainError, Forbidden
from forge.jobs.models import Job, JobState
from forge.projects.access import require
from forge.reviews.models import AwaitedReview, Review
from forge.reviews.reviewing.actions.requests import ask_for_review, ask_in_a_new_round, require_ongoing
from forge.reviews.rounds.access import find_numbered_review
from forge.reviews.rounds.requests import RequestedGroup, check_request


@dataclass(frozen=True)
class ReviewRequest:
    """The request of a review. With `review`, the number of an open one, that is carried on, and only `message`
    counts."""

    title: str = ""
    message: str = ""
    reviewers: tuple[RequestedGroup, ...] = ()
    due: date | None = None
    invitees: tuple[str, ...] = ()
    review: int | None = None


class GroupJson(TypedDict):
    """A group of reviewers, as it is stored."""

    people: list[str]
    required_approvals: int
    title: str
    team: str


class RequestJson(TypedDict):
    """A `ReviewRequest`, as it is stored."""

    title: str
    message: str
    reviewers: list[GroupJson]
    due: str | None
    guest_emails: list[str]
    review: int | None


def ask(actor: Actor, build: Build, request: ReviewRequest) -> Review:
    """Asks now. Raises what `ask_for_review` and `ask_in_a_new_round` raise."""
    if request.review is not None:
        review = find_numbered_review(actor, build.project, request.review)
        ask_in_a_new_round(actor, review, build, request.message)
        return review
    return ask_for_review(
        actor, build, request.title, request.message, request.reviewers, request.due, request.invitees
    )


@transaction.atomic
def ask_when_built(actor: Actor, build: Build, request: ReviewRequest) -> Review | AwaitedReview:
    """Asks now if the build has succeeded, and else when it does. Asking again replaces a request that is pending.

    Raises `Forbidden`, `NotReviewable` for a build that ended without a rune, and what asking now raises, as far as
    that can be known.
    """
    require(actor, Verb.ASK, build.project)
    # The process that ends the build waits for this lock, or has ended it.
    job = Job.objects.select_for_update().get(build=build)
    if job.is_finished:
        return ask(actor, complete_builds().get(pk=build.pk), request)
    if request.review is not None:
        require_ongoing(find_numbered_review(actor, build.project, request.review))
    else:
        check_request(actor, build, request.title, request.message, request.reviewers, request.due, request.invitees)
    awaited_review, _ = AwaitedReview.objects.update_or_create(
        build=build,
        requested_by=actor.person,
        defaults={"request": request_to_json(request), "created_by_token": token_of(actor), "refusal": ""},
    )
    write_entry(actor, "review.await", build.subject, build.project.place, number=build.number)
    return awaited_review


@transaction.atomic
def take_back_awaited(actor: Actor, awaited_review: AwaitedReview) -> None:
    """Nothing is asked any more when the build succeeds. Raises `Forbidden` for what somebody else asked."""
    project = awaited_review.build.project
    require(actor, Verb.ASK, project)
    if awaited_review.requested_by_id != actor.pk:
        raise Forbidden("Only the person who asked for it can take it back.")
    awaited_review.delete()
    write_entry(
        actor, "review.await_end", awaited_review.build.subject, project.place, number=awaited_review.build.number
    )


def ask_for_awaited(job: Job) -> None:
    """Asks for the reviews that waited for the build of a job that succeeded, each as the person or the token that
    asked; of one that ended otherwise, and where asking is refused by now, the reason stays with the request."""
    waiting = AwaitedReview.objects.filter(build__job=job).select_related("requested_by")
    if not job.is_finished or not waiting:
        return
    build = complete_builds().get(job=job)
    for each in waiting:
        if JobState(job.state) is not JobState.SUCCEEDED:
            _keep_refusal(each, f"Build {build.number} did not succeed.")
            continue
        if not each.requested_by.is_active:
            _keep_refusal(each, f"The account of {each.requested_by} is disabled.")
            continue
        token = _token_of(each)
        if each.created_by_token and token is None:
            _keep_refusal(each, "The token that asked for it has ended.")
            continue
        try:
            with transaction.atomic():
                ask(acting_as(each.requested_by, token), build, read_request(each.request))
                each.delete()
        except DomainError as error:
            _keep_refusal(each, error.detail)


def _token_of(awaited_review: AwaitedReview) -> ApiToken | None:
    """The token that asked, if it has not ended."""
    return (
        ApiToken.objects.alive().filter(pk=awaited_review.created_by_token).first()
        if awaited_review.created_by_token
        else None
    )


def _keep_refusal(awaited_review: AwaitedReview, reason: str) -> None:
    AwaitedReview.objects.filter(pk=awaited_review.pk).update(refusal=reason)


def request_to_json(request: ReviewRequest) -> RequestJson:
    return {
        "title": request.title,
        "message": request.message,
        "reviewers": [_group_to_json(group) for group in request.reviewers],
        "due": request.due.isoformat() if request.due else None,
        "guest_emails": list(request.invitees),
        "review": request.review,
    }


def read_request(data: RequestJson) -> ReviewRequest:
    return ReviewRequest(
        title=data["title"],
        message=data["message"],
        reviewers=tuple(_read_group(group) for group in data["reviewers"]),
        due=date.fromisoformat(data["due"]) if data["due"] else None,
        invitees=tuple(data["guest_emails"]),
        review=data["review"],
    )


def _group_to_json(group: RequestedGroup) -> GroupJson:
    people: Sequence[UUID] = group.people
    return {
        "people": [str(one) for one in people],
        "required_approvals": group.required_approvals,
        "title": group.title,
        "team": group.team,
    }


def _read_group(data: GroupJson) -> RequestedGroup:
    people = tuple(UUID(one) for one in data["people"])
    return RequestedGroup(people, data["required_approvals"], data["title"], data["team"])


__all__ = ["ReviewRequest", "ask", "ask_for_awaited", "ask_when_built", "take_back_awaited"]
