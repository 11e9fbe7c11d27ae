"""The events of conversations, what becomes of them, and the sentences of the audit log about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict
from uuid import UUID

from forge.builds.models import Build
from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    ActivityAnnouncement,
    ActivityEntry,
    ActivitySentence,
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    StoredEvent,
)
from forge.core.events.declarations import EventType, NewEvent, StreamKind, declare
from forge.core.models import Comment
from forge.reviews.changes.announcements import offer_draft, people_of_the_fork
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.models import AnchoredThread, Review
from forge.reviews.participants import known_people, review_participants, speakers
from forge.reviews.threads.conversation import anchor_of


class ThreadStep(StrEnum):
    """A step of a thread."""

    COMMENT = "comment"
    """The thread began, or was answered."""
    VERDICT = "verdict"
    """The thread began with a verdict, which is announced by itself."""
    EDITED = "edited"
    DELETED = "deleted"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    APPLIED = "applied"
    """The suggestion of the thread was applied to the project's files."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ThreadChangedJson(TypedDict):
    """A thread began, alone or with a verdict, was answered, resolved or reopened, a comment of it was edited or
    deleted, or what it suggests was applied, declined or withdrawn.

    `mentions` are the people whom the comment mentions and who were not told before.
    """

    thread: Uuid
    build: Uuid | None
    review: Uuid | None
    change_request: Uuid | None
    mentions: list[Uuid]
    change: Annotated[str, choices("ThreadStep", ThreadStep)]


class OfferThreadChangedJson(TypedDict):
    """A thread about what this fork offers changed. The event does not name the project to which it is offered."""

    thread: Uuid
    change_request: Uuid
    mentions: list[Uuid]
    change: Annotated[str, choices("ThreadStep", ThreadStep)]


MENTIONS = NoticeTopic(
    "mention",
    icon="at-sign",
    messages={"mentioned": "{who} mentioned you"},
    action="Answer",
    ignores_mute=True,
)
COMMENTS = NoticeTopic(
    "comment",
    icon="message-square",
    messages={
        "comment": "{who} commented",
        "guest": "{guest} (guest) commented",
        "applied": "{who} applied your suggestion",
    },
    values=("guest",),
    for_addressees=MENTIONS,
)


def _activity(event: StoredEvent[ThreadChangedJson]) -> ActivityEntry | None:
    kinds = {ThreadStep.COMMENT: "commented", ThreadStep.APPLIED: "suggestion-applied"}
    kind = kinds.get(ThreadStep(event.data["change"]))
    threads = AnchoredThread.objects.select_related("review", "build", "change_request")
    thread = threads.filter(pk=UUID(event.data["thread"])).first() if kind else None
    if kind is None or thread is None:
        return None
    thing = thread.review or thread.about
    name, page = _name_and_page(thing)
    return ActivityEntry(kind, thing.subject, {"thing": name, "page": page})


def _name_and_page(thing: Review | Build | ChangeRequest) -> tuple[str, str]:
    if isinstance(thing, Review):
        return f"review {thing.number}", f"/reviews/{thing.number}"
    if isinstance(thing, ChangeRequest):
        return f"change request {thing.number}", f"/change-requests/{thing.number}"
    return f"build {thing.number}", f"/builds/{thing.number}"


def _notice(event: StoredEvent[ThreadChangedJson]) -> NoticeDraft | None:
    """Tells of a comment those who take part, and of an applied suggestion its author; mentioned people are asked.
    The other steps tell mentioned people alone."""
    step, mentioned_people = ThreadStep(event.data["change"]), frozenset(map(UUID, event.data["mentions"]))
    threads = AnchoredThread.objects.select_related("review", "build", "change_request__project", "suggestion")
    thread = threads.filter(pk=UUID(event.data["thread"])).first()
    if thread is None or (step not in (ThreadStep.COMMENT, ThreadStep.APPLIED) and not mentioned_people):
        return None
    thing: Review | Build | ChangeRequest = thread.review or thread.about
    message, guest, participants = "comment", "", frozenset[UUID]()
    if step is ThreadStep.COMMENT:
        participants = _participants(thing)
        last = thread.thread.comments.last()
        guest = last.guest_name if last is not None else ""
        message = "guest" if guest else "comment"
    elif step is ThreadStep.APPLIED:
        message, participants = "applied", known_people({thread.suggestion.author_id})
    return NoticeDraft(
        COMMENTS,
        message,
        title=f"Build {thing.number}" if isinstance(thing, Build) else thing.title,
        subject=thing.subject,
        path=_name_and_page(thing)[1],
        values={"guest": guest},
        addressees=mentioned_people,
        participants=participants,
    )


def _participants(thing: Review | Build | ChangeRequest) -> frozenset[UUID]:
    if isinstance(thing, Review):
        return review_participants(thing)
    if isinstance(thing, ChangeRequest):
        return known_people({thing.author_id, thing.decided_by_id, *speakers(thing.subject)})
    return known_people({thing.requested_by_id, *speakers(thing.subject)})


def _offer_notice(event: StoredEvent[OfferThreadChangedJson]) -> NoticeDraft | None:
    """Tells of a comment on an offer those of the fork who take part, and asks those whom it mentions."""
    is_comment, mentioned_people = event.data["change"] == ThreadStep.COMMENT, set(map(UUID, event.data["mentions"]))
    request = ChangeRequest.objects.select_related("project").filter(pk=event.data["change_request"]).first()
    if request is None or (not is_comment and not mentioned_people):
        return None
    people = {request.author_id, *speakers(request.subject)} if is_comment else set()
    return offer_draft(
        COMMENTS,
        "comment",
        request,
        addressees=people_of_the_fork(request, mentioned_people),
        participants=people_of_the_fork(request, people),
    )


THREAD_CHANGED = declare(
    EventType(
        "thread.changed",
        StreamKind.PROJECT,
        ThreadChangedJson,
        ("threads",),
        audit=AuditSentences(
            AuditTopic.REVIEWS,
            {
                "review.say": "commented on {review} of {project}",
                "review.comment": "commented on {build} of {project}",
                "change.say": "commented on {change_request} of {project}",
                "review.edit": "edited a comment on {build} of {project}",
                "review.delete": "deleted a comment of {member} on {build} of {project}",
                "review.resolve": "resolved a thread about {build} of {project}",
                "review.reopen": "reopened a thread about {build} of {project}",
                "review.suggest": "suggested a change of {build} of {project}",
                "review.suggestion_taken": "applied the suggestion of {member} on {build} to the files of {project}",
                "review.suggestion_declined": "declined the suggestion of {member} on {build} of {project}",
                "review.suggestion_withdrawn": "withdrew a suggestion on {build} of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            {
                "commented": ActivitySentence("commented on", rest="{thing}", path="{page}"),
                "suggestion-applied": ActivitySentence("applied a suggestion to", path="{page}"),
            },
            _activity,
            values=("thing", "page"),
        ),
        notice=NoticeAnnouncement((COMMENTS,), _notice),
    )
)
OFFER_THREAD_CHANGED = declare(
    EventType(
        "offer_thread.changed",
        StreamKind.PROJECT,
        OfferThreadChangedJson,
        ("threads",),
        notice=NoticeAnnouncement((COMMENTS,), _offer_notice),
    )
)

# Actions that write no event.
declare_sentences(
    AuditTopic.REVIEWS,
    {
        "review.try": "tried a change in a copy of {build} of {project}",
        "review.wrong": "marked a result of {build} of {project} as wrong: it said {answer}, right is {label}",
    },
)


def thread_facts(thread: AnchoredThread, comment: Comment | None = None) -> dict[str, object]:
    """Returns what audit entries keep of a thread: nothing of what was said."""
    anchor = anchor_of(thread).key
    facts: dict[str, object] = {"number": thread.about.number, "thread": str(thread.pk), "anchor": anchor}
    return facts | ({"comment": str(comment.pk)} if comment is not None else {})


def thread_event(thread: AnchoredThread, step: ThreadStep, mentioned_people: frozenset[UUID] = frozenset()) -> NewEvent:
    """Returns the event of a thread; `mentioned_people` are those whom a comment mentions for the first time."""
    return THREAD_CHANGED(
        thread=str(thread.pk),
        build=None if thread.build_id is None else str(thread.build_id),
        review=None if thread.review_id is None else str(thread.review_id),
        change_request=None if thread.change_request_id is None else str(thread.change_request_id),
        mentions=sorted(str(person) for person in mentioned_people),
        change=step.value,
    )


def offer_thread_event(
    thread: AnchoredThread, request: ChangeRequest, step: ThreadStep, mentioned_people: frozenset[UUID]
) -> NewEvent:
    """Returns the event of a thread for the fork that offers what the thread is about."""
    return OFFER_THREAD_CHANGED(
        thread=str(thread.pk),
        change_request=str(request.pk),
        mentions=sorted(str(person) for person in mentioned_people),
        change=step.value,
    )
