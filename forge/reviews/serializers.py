"""Verdicts and comments as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.may import ProjectVerb
from forge.accounts.people import PersonJson, person_to_json
from forge.core.json_types import Timestamp, Uuid, choices
from forge.core.models import Comment
from forge.reviews.models import Choice, Verdict


class VerdictJson(TypedDict):
    """What a member says of a build."""

    id: Uuid
    user: PersonJson | None
    verdict: Annotated[str, choices("VerdictChoice", Choice.values)]
    comment: str
    rune_digest: str
    replaced: Annotated[bool, "whether the same member gave another one later"]
    created: Timestamp


class ReviewsJson(TypedDict):
    """The verdicts on a build, and what one may do to its project."""

    reviews: list[VerdictJson]
    may: list[ProjectVerb]


class CommentJson(TypedDict):
    """Something that was said."""

    id: Uuid
    author: PersonJson | None
    text: str
    created: Timestamp


class CommentsJson(TypedDict):
    """What was said about a build."""

    comments: list[CommentJson]


def verdict_to_json(verdict: Verdict) -> VerdictJson:
    """A verdict."""
    return {
        "id": str(verdict.pk),
        "user": person_to_json(verdict.user) if verdict.user else None,
        "verdict": verdict.verdict,
        "comment": verdict.comment,
        "rune_digest": verdict.rune_digest,
        "replaced": verdict.replaced,
        "created": verdict.created.isoformat(),
    }


def comment_to_json(comment: Comment) -> CommentJson:
    """Something that was said."""
    return {
        "id": str(comment.pk),
        "author": person_to_json(comment.author) if comment.author else None,
        "text": comment.text,
        "created": comment.created.isoformat(),
    }
