"""The reason why a review takes no verdict any more, or needs none: one sentence for its header and for the bar of the
verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forge.accounts.models import User
from forge.reviews.changes.access import merged_request_of
from forge.reviews.models import ChangeRequest, Review, Verdict, VerdictChoice
from forge.reviews.rounds.access import newest_round
from forge.reviews.rounds.decision import ReviewState
from rune.wording import listed


@dataclass(frozen=True)
class ReviewEnding:
    """The ending of a review.

    A page shows `text`, how long ago `at` was, and the page of `request`, which was merged.
    """

    text: str
    is_final: bool
    """Whether verdicts are over; where it is False, members may still give another."""
    at: datetime | None = None
    request: ChangeRequest | None = None


def ending_of(review: Review, state: ReviewState, verdicts: Iterable[Verdict]) -> ReviewEnding | None:
    """Returns how a review ended, one of those that `with_published` found; None where it still waits.

    `verdicts` are those on what it judges now.
    """
    if review.closed is not None:
        return ReviewEnding(f"{_name(review.closed_by)} closed the review", True, review.closed)
    if (request := merged_request_of(newest_round(review).build_id)) is not None:
        text = f"{_name(request.decided_by)} merged change request {request.number}"
        return ReviewEnding(text, True, request.decided, request)
    if state is not ReviewState.APPROVED:
        return None
    approving = [each for each in verdicts if not each.replaced and each.verdict == VerdictChoice.APPROVE]
    text = f"Approved by {listed(sorted(_name(each.user, 'someone who left') for each in approving))}"
    if review.published_version:
        return ReviewEnding(f"{text}, and published as {review.published_version}", True)
    return ReviewEnding(text, False, max(each.created for each in approving))


def _name(person: User | None, nobody: str = "Someone who left") -> str:
    return nobody if person is None else str(person)
