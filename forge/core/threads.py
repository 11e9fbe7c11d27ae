"""Discussion threads: a comment and its replies, about anything that has a key.

Higher floors check permissions. These functions only write rows; actions call them within their transactions.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from forge.core.errors import Conflict, Invalid
from forge.core.models import Comment, EarlierText, Thread

MAXIMUM_COMMENT = 20_000
"""Characters of one comment."""
MAX_REPLIES = 500
"""Comments of one thread."""
MAX_EDITS = 50
"""Texts that one comment has had."""


class CommentDeleted(Conflict):
    """Nothing can be done to a comment that is deleted."""

    title = "The comment is deleted"


class ThreadFull(Conflict):
    """A thread has the maximum number of comments, or a comment the maximum number of edits."""

    title = "The limit is reached"


def checked_text(text: str) -> str:
    """A comment's text without the space around it. Raises `Invalid`."""
    text = text.strip()
    if not text:
        raise Invalid("Write something first.", errors={"text": ["Write something first."]})
    if len(text) > MAXIMUM_COMMENT:
        raise Invalid(f"A comment has at most {MAXIMUM_COMMENT} characters; this one has {len(text)}.")
    return text


def begin_thread(subject: str, author: Any, text: str, guest_name: str = "") -> Comment:
    """Begins a thread; answers its first comment. A guest is no author, and has a name. Raises `Invalid`."""
    text = checked_text(text)
    thread = Thread.objects.create(subject=subject)
    return Comment.objects.create(thread=thread, author=author, text=text, guest_name=guest_name)


def reply(thread: Thread, author: Any, text: str, guest_name: str = "") -> Comment:
    """Adds a comment to a thread, which is open again by it. Raises `Invalid` and `ThreadFull`."""
    text = checked_text(text)
    if Comment.objects.filter(thread=thread).count() >= MAX_REPLIES:
        raise ThreadFull(f"A thread has at most {MAX_REPLIES} comments. Start a new thread.")
    reopen(thread)
    return Comment.objects.create(thread=thread, author=author, text=text, guest_name=guest_name)


def edit(comment: Comment, text: str) -> bool:
    """Replaces a comment's text and keeps what it said before; answers whether it says something else now.

    Raises `Invalid`, `CommentDeleted` and `ThreadFull`.
    """
    text = checked_text(text)
    _require_there(comment)
    if text == comment.text:
        return False
    if EarlierText.objects.filter(comment=comment).count() >= MAX_EDITS:
        raise ThreadFull(f"A comment can be edited {MAX_EDITS} times. Reply instead.")
    EarlierText.objects.create(comment=comment, text=comment.text, written=comment.edited or comment.created)
    comment.text, comment.edited = text, timezone.now()
    comment.save(update_fields=["text", "edited"])
    return True


def delete(comment: Comment, by: Any) -> None:
    """Erases what a comment says and ever said; that it was there, whose it was and who deleted it stays.

    Raises `CommentDeleted`.
    """
    _require_there(comment)
    EarlierText.objects.filter(comment=comment).delete()
    comment.text, comment.deleted, comment.deleted_by = "", timezone.now(), by
    comment.save(update_fields=["text", "deleted", "deleted_by"])


def resolve(thread: Thread, by: Any) -> None:
    """Marks a thread as resolved."""
    thread.resolved, thread.resolved_by = timezone.now(), by
    thread.save(update_fields=["resolved", "resolved_by"])


def reopen(thread: Thread) -> None:
    """Reopens a thread."""
    thread.resolved, thread.resolved_by = None, None
    thread.save(update_fields=["resolved", "resolved_by"])


def comments_for_reading() -> QuerySet[Comment]:
    """Comments with all that a reader is shown of each, for a prefetch."""
    earlier = Prefetch("earlier_texts", EarlierText.objects.all())
    return Comment.objects.select_related("author", "deleted_by").prefetch_related(earlier)


def _require_there(comment: Comment) -> None:
    if comment.deleted is not None:
        raise CommentDeleted("This comment was deleted.")
