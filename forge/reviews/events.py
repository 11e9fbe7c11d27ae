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


class ReviewStep(StrEnum):
    """What happened to a review."""

    ASKED = "asked"
    ROUND = "round"
    REVIEWERS = "reviewers"
    CLOSED = "closed"


class ThreadStep(StrEnum):
    """What happened to a thread."""

    COMMENT = "comment"
    """It began, or was answered."""
    EDITED = "edited"
    DELETED = "deleted"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    TAKEN = "taken"
    """What it suggests is in the project's files now."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ReviewChangedJson(TypedDict):
    """Someone gave a verdict on a build or took it back."""

    build: Uuid
    number: int
    change: Annotated[str, choices("BuildJudged", BuildJudged)]
    by: PersonJson | None


REVIEW_CHANGED = declare(EventType("review.changed", StreamKind.PROJECT, ReviewChangedJson, ("reviews",)))


class ReviewAskedJson(TypedDict):
    """A review was asked for, carried on, changed or closed."""

    review: Uuid
    number: int
    change: Annotated[str, choices("ReviewStep", ReviewStep)]
    by: PersonJson | None


REVIEW_ASKED = declare(EventType("review.asked", StreamKind.PROJECT, ReviewAskedJson, ("requests",)))


class ThreadChangedJson(TypedDict):
    """A thread began, was answered, resolved or reopened, a comment of it was edited or deleted, or what it suggests
    was taken, declined or withdrawn.

    `mentioned` are the people whom the comment mentions and who were not told before.
    """

    thread: Uuid
    build: Uuid
    review: Uuid | None
    mentioned: list[Uuid]
    change: Annotated[str, choices("ThreadStep", ThreadStep)]


THREAD_CHANGED = declare(EventType("thread.changed", StreamKind.PROJECT, ThreadChangedJson, ("threads",)))
