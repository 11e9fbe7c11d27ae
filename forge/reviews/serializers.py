"""Verdicts and comments as JSON."""

from __future__ import annotations

from typing import Any

from forge.accounts.people import person_to_json
from forge.core.models import Comment
from forge.reviews.models import Verdict


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
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


def comment_to_json(comment: Comment) -> dict[str, Any]:
    """Something that was said."""
    return {
        "id": str(comment.pk),
        "author": person_to_json(comment.author) if comment.author else None,
        "text": comment.text,
        "created": comment.created.isoformat(),
    }
