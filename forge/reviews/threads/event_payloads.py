"""What audit entries and events tell of threads."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.models import User
from forge.accounts.people.serializers import person_to_json
from forge.core.events.declarations import NewEvent
from forge.core.models import Comment
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.events import (
    CHANGE_REQUEST_CHANGED,
    OFFER_CHANGED,
    OFFER_THREAD_CHANGED,
    THREAD_CHANGED,
    ChangeStep,
    ThreadStep,
)
from forge.reviews.models import AnchoredThread
from forge.reviews.threads.conversation import anchor_of


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


def offer_thread_event(
    thread: AnchoredThread, request: ChangeRequest, step: ThreadStep, people: frozenset[UUID]
) -> NewEvent:
    """The same for the fork that offers what the thread is about."""
    return OFFER_THREAD_CHANGED(
        thread=str(thread.pk),
        change_request=str(request.pk),
        mentioned=sorted(str(one) for one in people),
        change=step.value,
    )


def change_event(request: ChangeRequest, step: ChangeStep, person: User | None) -> NewEvent:
    """That something became of a change request, for the project to which it is offered."""
    return CHANGE_REQUEST_CHANGED(
        change_request=str(request.pk),
        number=request.number,
        title=request.title,
        change=step.value,
        by=person_to_json(person) if person else None,
    )


def offer_event(request: ChangeRequest, step: ChangeStep) -> NewEvent:
    """The same for the fork, whose readers may not know of its origin (docs/adr/0102)."""
    return OFFER_CHANGED(change_request=str(request.pk), title=request.title, change=step.value)
