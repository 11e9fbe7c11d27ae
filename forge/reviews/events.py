"""What projects' streams tell of reviews."""

from __future__ import annotations

from typing import TypedDict

from forge.core.event_types import EventType, StreamKind, declare
from forge.core.json_types import Uuid


class ReviewChangedJson(TypedDict):
    """Someone gave a verdict on a build or commented on it."""

    build: Uuid


REVIEW_CHANGED = declare(EventType("review.changed", StreamKind.PROJECT, ReviewChangedJson, ("reviews", "comments")))


class ReviewAskedJson(TypedDict):
    """A review was asked for, carried on, changed or closed, or somebody spoke in it."""

    review: Uuid
    number: int


REVIEW_ASKED = declare(EventType("review.asked", StreamKind.PROJECT, ReviewAskedJson, ("requests",)))
