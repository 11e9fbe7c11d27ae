"""What projects' streams tell of reviews."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict

from forge.accounts.people import PersonJson
from forge.core.event_types import EventType, StreamKind, declare
from forge.core.json_types import Uuid, choices


class BuildJudged(StrEnum):
    """What happened to what is said of a build."""

    APPROVED = "approved"
    CHANGES = "changes"
    """Changes were asked for."""
    UNDONE = "undone"
    """A verdict was taken back."""
    COMMENT = "comment"


class ReviewStep(StrEnum):
    """What happened to a review."""

    ASKED = "asked"
    ROUND = "round"
    REVIEWERS = "reviewers"
    CLOSED = "closed"
    COMMENT = "comment"


class ReviewChangedJson(TypedDict):
    """Someone gave a verdict on a build or commented on it."""

    build: Uuid
    number: int
    change: Annotated[str, choices("BuildJudged", BuildJudged)]
    by: PersonJson | None


REVIEW_CHANGED = declare(EventType("review.changed", StreamKind.PROJECT, ReviewChangedJson, ("reviews", "comments")))


class ReviewAskedJson(TypedDict):
    """A review was asked for, carried on, changed or closed, or somebody spoke in it."""

    review: Uuid
    number: int
    change: Annotated[str, choices("ReviewStep", ReviewStep)]
    by: PersonJson | None


REVIEW_ASKED = declare(EventType("review.asked", StreamKind.PROJECT, ReviewAskedJson, ("requests",)))
