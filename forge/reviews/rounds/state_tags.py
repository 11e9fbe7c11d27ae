"""The look of the state of a review, or of a build in review, on every page."""

from __future__ import annotations

from dataclasses import dataclass

from forge.reviews.rounds.decision import ReviewState


@dataclass(frozen=True)
class ReviewStateTag:
    """A state's word, the tag's colour and its icon."""

    word: str
    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
STATE_TAGS = {
    ReviewState.WAITING: ReviewStateTag("Waiting", "info", icon="clock"),
    ReviewState.CHANGES: ReviewStateTag("Changes requested", "warn", icon="message-square"),
    ReviewState.APPROVED: ReviewStateTag("Approved", "ok", icon="check"),
    ReviewState.CLOSED: ReviewStateTag("Closed", "", icon="ban"),
}
