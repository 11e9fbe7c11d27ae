"""What projects' streams tell of reviews."""

from __future__ import annotations

from typing import TypedDict

from forge.core.event_types import EventType, StreamKind, declare
from forge.core.json_types import Uuid


class ReviewChangedJson(TypedDict):
    """Someone gave a verdict on a build or took it back."""

    build: Uuid


REVIEW_CHANGED = declare(EventType("review.changed", StreamKind.PROJECT, ReviewChangedJson, ("reviews",)))


class ReviewAskedJson(TypedDict):
    """A review was asked for, carried on, changed or closed."""

    review: Uuid
    number: int


REVIEW_ASKED = declare(EventType("review.asked", StreamKind.PROJECT, ReviewAskedJson, ("requests",)))


class ThreadChangedJson(TypedDict):
    """A thread began, was answered, resolved or reopened, or a comment of it was edited or deleted.

    `mentioned` are the people whom the comment mentions and who were not told before.
    """

    thread: Uuid
    build: Uuid
    review: Uuid | None
    mentioned: list[Uuid]


THREAD_CHANGED = declare(EventType("thread.changed", StreamKind.PROJECT, ThreadChangedJson, ("threads",)))
