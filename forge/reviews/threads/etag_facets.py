"""The facets of a thread that can change before it is resolved, and of a comment before it is edited or deleted."""

from __future__ import annotations

from collections.abc import Iterable

from forge.core.models import Comment
from forge.core.preconditions import Facet
from forge.reviews.models import AnchoredThread


def thread_facets(thread: AnchoredThread, comments: Iterable[Comment]) -> tuple[Facet, ...]:
    """Returns its comments, as they read, and whether it is resolved."""
    resolved_at = thread.thread.resolved
    texts = sorted([str(each.pk), _time(each.edited), _time(each.deleted)] for each in comments)
    state = "Somebody reopened the thread." if resolved_at is None else "Somebody resolved the thread."
    return (
        Facet("comments", texts, "Somebody replied, or a comment was edited or deleted."),
        Facet("resolved", _time(resolved_at), state),
    )


def comment_facets(comment: Comment) -> tuple[Facet, ...]:
    """A comment's text, which an edit replaces and a deletion erases. A deleted one has another error."""
    return (Facet("text", _time(comment.edited), "The comment was edited."),)


def _time(moment: object) -> str:
    return "" if moment is None else str(moment)
