"""What projects' streams tell of reviews."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson
from forge.core.api.json_types import Uuid, choices
from forge.core.events.declarations import EventType, StreamKind, declare


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


class ChangeStep(StrEnum):
    """What happened to a change request."""

    OFFERED = "offered"
    NEWER = "newer"
    """Newer files of the fork are offered."""
    RESOLVED = "resolved"
    """A conflict was resolved, or all are open again."""
    BUILT = "built"
    """The merged result is being built."""
    MERGED = "merged"
    UNDONE = "undone"
    """The merge was undone, and it is open again."""
    CLOSED = "closed"
    REOPENED = "reopened"
    CHANGES = "changes"
    """Changes were asked for: newer files are waited for."""


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


class ChangeRequestChangedJson(TypedDict):
    """A change request was offered, or something became of it."""

    change_request: Uuid
    number: int
    title: str
    change: Annotated[str, choices("ChangeStep", ChangeStep)]
    by: PersonJson | None


CHANGE_REQUEST_CHANGED = declare(
    EventType("change_request.changed", StreamKind.PROJECT, ChangeRequestChangedJson, ("change_requests",))
)


class OfferChangedJson(TypedDict):
    """Something became of what this fork offers: it tells nothing of where that is offered."""

    change_request: Uuid
    title: str
    change: Annotated[str, choices("ChangeStep", ChangeStep)]


OFFER_CHANGED = declare(EventType("offer.changed", StreamKind.PROJECT, OfferChangedJson, ("offers", "versions")))


class ThreadChangedJson(TypedDict):
    """A thread began, was answered, resolved or reopened, a comment of it was edited or deleted, or what it suggests
    was taken, declined or withdrawn.

    `mentioned` are the people whom the comment mentions and who were not told before.
    """

    thread: Uuid
    build: Uuid | None
    review: Uuid | None
    change_request: Uuid | None
    mentioned: list[Uuid]
    change: Annotated[str, choices("ThreadStep", ThreadStep)]


THREAD_CHANGED = declare(EventType("thread.changed", StreamKind.PROJECT, ThreadChangedJson, ("threads",)))


class OfferThreadChangedJson(TypedDict):
    """The same of a thread about what this fork offers: it tells nothing of where that is offered."""

    thread: Uuid
    change_request: Uuid
    mentioned: list[Uuid]
    change: Annotated[str, choices("ThreadStep", ThreadStep)]


OFFER_THREAD_CHANGED = declare(
    EventType("offer_thread.changed", StreamKind.PROJECT, OfferThreadChangedJson, ("threads",))
)
