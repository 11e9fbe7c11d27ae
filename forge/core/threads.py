"""Discussion threads about anything that has a key. Who may speak is decided by the floor that the key belongs to."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from forge.core.errors import Invalid
from forge.core.models import Comment, Thread

MAXIMUM_COMMENT = 20_000
"""Characters of one comment."""


@transaction.atomic
def add_comment(subject: str, author: Any, text: str) -> Comment:
    """Adds a comment to the thread about `subject`, which begins with its first comment. Raises `Invalid`."""
    text = text.strip()
    if not text:
        raise Invalid("Write something first.", errors={"text": ["Write something first."]})
    if len(text) > MAXIMUM_COMMENT:
        raise Invalid(f"A comment has at most {MAXIMUM_COMMENT} characters, this one has {len(text)}.")
    thread, _ = Thread.objects.get_or_create(subject=subject)
    return Comment.objects.create(thread=thread, author=author, text=text)


def comments_on(subject: str) -> list[Comment]:
    """The comments of a thread, oldest first, with their authors."""
    return list(Comment.objects.filter(thread__subject=subject).select_related("author"))
