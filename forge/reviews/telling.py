"""What audit entries and events tell of threads."""

from __future__ import annotations

from uuid import UUID

from forge.core.event_types import NewEvent
from forge.core.models import Comment
from forge.reviews.conversation import anchor_of
from forge.reviews.events import THREAD_CHANGED, ThreadStep
from forge.reviews.models import AnchoredThread


def thread_facts(thread: AnchoredThread, comment: Comment | None = None) -> dict[str, object]:
    """What audit entries keep of a thread: nothing of what was said."""
    anchor = anchor_of(thread).key
    facts: dict[str, object] = {"number": thread.about.number, "thread": str(thread.pk), "anchor": anchor}
    return facts | ({"comment": str(comment.pk)} if comment is not None else {})


def thread_event(thread: AnchoredThread, step: ThreadStep, people: frozenset[UUID] = frozenset()) -> NewEvent:
    """That something happened to a thread; `people` are those whom a comment mentions for the first time."""
    return THREAD_CHANGED(
        thread=str(thread.pk),
        build=None if thread.build_id is None else str(thread.build_id),
        review=None if thread.review_id is None else str(thread.review_id),
        change_request=None if thread.change_request_id is None else str(thread.change_request_id),
        mentioned=sorted(str(one) for one in people),
        change=step.value,
    )
