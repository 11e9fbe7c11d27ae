"""Reviews and verdicts as JSON."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from forge.accounts.models import User
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.serializers import ProjectVerb
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.reviews.models import Review, ReviewerGroup, Round, Verdict, VerdictChoice
from forge.reviews.rounds.access import find_review, is_overdue, standing_verdicts, state_of
from forge.reviews.rounds.decision import RequiredGroup, ReviewState, Verdicts, missing
from forge.reviews.rounds.etag_facets import review_facets
from forge.reviews.threads.conversation import anchor_of_verdict, comment_of_verdict
from forge.reviews.threads.serializers import AnchorJson, anchor_to_json


class VerdictJson(TypedDict):
    """A member's verdict on a build."""

    id: Uuid
    user: PersonJson | None
    verdict: Annotated[str, choices("VerdictChoice", VerdictChoice.values)]
    comment: str
    anchor: Annotated[AnchorJson, "what the comment is about"]
    rune_digest: str
    build_number: Annotated[int, "the build that was looked at; a verdict holds for all builds of these bytes"]
    replaced: Annotated[bool, "whether the same member gave another one later"]
    created: Timestamp


class ReviewsJson(TypedDict):
    """The verdicts on a build, and what one may do to its project."""

    reviews: list[VerdictJson]
    may: list[ProjectVerb]


class RoundJson(TypedDict):
    """A build of a review."""

    number: int
    build: Uuid
    build_number: int
    message: str
    requested_by: PersonJson | None
    created: Timestamp


class ReviewerJson(TypedDict):
    """Somebody who was asked, with the standing verdict on the newest round."""

    person: PersonJson
    verdict: Annotated[str, choices("VerdictChoice", VerdictChoice.values)] | None


class ReviewerGroupJson(TypedDict):
    """People of whom `required_approvals` must approve, and how many approvals are missing. Nobody waits for a
    group of 0."""

    title: str
    required_approvals: int
    missing_approvals: int
    people: list[ReviewerJson]


class ReviewJson(TypedDict):
    """A review: people were asked to judge a build. The newest of `rounds` is judged."""

    id: Uuid
    number: int
    title: str
    message: str
    state: Annotated[str, choices("ReviewState", tuple(ReviewState))]
    requested_by: PersonJson | None
    due: str | None
    overdue: Annotated[bool, "whether the due date has passed and it still waits"]
    created: Timestamp
    closed: Timestamp | None
    rounds: list[RoundJson]
    reviewers: list[ReviewerGroupJson]
    url: str


def verdict_to_json(verdict: Verdict) -> VerdictJson:
    """A verdict."""
    return {
        "id": str(verdict.pk),
        "user": _person(verdict.user),
        "verdict": verdict.verdict,
        "comment": comment_of_verdict(verdict),
        "anchor": anchor_to_json(anchor_of_verdict(verdict)),
        "rune_digest": verdict.rune_digest,
        "build_number": verdict.build.number or 0,
        "replaced": verdict.replaced,
        "created": verdict.created.isoformat(),
    }


def review_to_json(review: Review, verdicts: Verdicts) -> ReviewJson:
    """A review, found by `forge.reviews.rounds.access.complete`, with the standing verdicts on its newest round."""
    return {
        "id": str(review.pk),
        "number": review.number,
        "title": review.title,
        "message": review.message,
        "state": state_of(review, verdicts).value,
        "requested_by": _person(review.requested_by),
        "due": review.due.isoformat() if review.due else None,
        "overdue": is_overdue(review, verdicts),
        "created": review.created.isoformat(),
        "closed": review.closed.isoformat() if review.closed else None,
        "rounds": [round_to_json(each) for each in review.rounds.all()],
        "reviewers": [_group(group, verdicts) for group in review.groups.all()],
        "url": review.get_absolute_url(),
    }


def round_to_json(one_round: Round) -> RoundJson:
    """A round."""
    return {
        "number": one_round.number,
        "build": str(one_round.build_id),
        "build_number": one_round.build.number or 0,
        "message": one_round.message,
        "requested_by": _person(one_round.requested_by),
        "created": one_round.created.isoformat(),
    }


def _group(group: ReviewerGroup, verdicts: Verdicts) -> ReviewerGroupJson:
    people = sorted(group.people.all(), key=str)
    required_group = RequiredGroup(frozenset(person.pk for person in people), group.required_approvals)
    return {
        "title": group.title,
        "required_approvals": group.required_approvals,
        "missing_approvals": missing(required_group, verdicts),
        "people": [{"person": person_to_json(person), "verdict": verdicts.of(person.pk)} for person in people],
    }


def _person(user: User | None) -> PersonJson | None:
    return person_to_json(user) if user else None


def _as_it_is(review: Review) -> ReviewJson:
    return review_to_json(review, standing_verdicts([review])[review.pk])


OUTCOME: ActAnswer[Any] = ActAnswer(_as_it_is, review_facets, again=lambda actor, review: find_review(actor, review.pk))
