"""Talking: beginning a thread about a build or a part of it, replying, resolving, editing and deleting."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb, can
from forge.builds.models import Build
from forge.core import threads
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.core.events.log import append_event
from forge.core.models import Comment
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.changes.participants import mentionable_by, require_ending, require_pace, require_talking
from forge.reviews.errors import AlreadySo, NotYours
from forge.reviews.hooks import Mention, comment_mentions
from forge.reviews.models import AnchoredThread, Review, Verdict
from forge.reviews.rounds.access import newest_round
from forge.reviews.threads.anchoring import find_anchor
from forge.reviews.threads.anchors import WHOLE_BUILD, Anchor, AnchorRequest
from forge.reviews.threads.announcements import ThreadStep, offer_thread_event, thread_event, thread_facts
from forge.reviews.threads.etag_facets import comment_facets, thread_facets
from forge.reviews.threads.mentions import mentioned_people, names_of
from forge.reviews.threads.place import THREAD
from forge.reviews.threads.serializers import NEW_COMMENT, THREAD_JSON, Text


@transaction.atomic
def begin_thread(
    actor: Actor, about: Review | Build | ChangeRequest, text: str, at: AnchorRequest | Anchor = WHOLE_BUILD
) -> AnchoredThread:
    """Begins a thread about a build, or a part of it; about a review, it is its newest build. One about a change
    request is about all of it.

    Raises `Forbidden`, `Invalid`, `BadAnchor` and `TooOften`.
    """
    review = about if isinstance(about, Review) else None
    request = about if isinstance(about, ChangeRequest) else None
    require_talking(actor, about.project, request)
    require_pace(actor, about.project)
    build = None if isinstance(about, ChangeRequest) else build_of(about)
    if build is None:
        anchor = Anchor()
    else:
        anchor = find_anchor(actor, build, at) if isinstance(at, AnchorRequest) else at
    comment = threads.begin_thread(about.subject, actor.person, text)
    thread = AnchoredThread.objects.create(
        thread=comment.thread,
        project=about.project,
        review=review,
        build=build,
        change_request=request,
        round=newest_round(review).number if review is not None else None,
        kind=anchor.kind,
        place=dict(anchor.place),
    )
    _note_comment(actor, thread, comment)
    return thread


def begin_thread_with_verdict(
    actor: Actor, verdict: Verdict, review: Review | None, text: str, anchor: Anchor
) -> AnchoredThread:
    """Begins the thread of what was said with a verdict, within its transaction. Raises `Invalid`."""
    about = review or verdict.build
    comment = threads.begin_thread(about.subject, actor.person, text)
    thread = AnchoredThread.objects.create(
        thread=comment.thread,
        project=verdict.project,
        review=review,
        build=verdict.build,
        round=None if review is None else newest_round(review).number,
        verdict=verdict,
        kind=anchor.kind,
        place=dict(anchor.place),
    )
    _record(actor, thread, ThreadStep.VERDICT, _mention(actor, thread, comment, ""))
    return thread


def take_back_words(actor: Actor, thread: AnchoredThread) -> None:
    """Removes what was said with a verdict that is undone; where somebody replied, the thread keeps the replies.
    Raises `Forbidden`."""
    require(actor, Verb.REVIEW, thread.project)
    comments = list(thread.thread.comments.all())
    if len(comments) > 1:
        if comments[0].deleted is None:
            threads.delete(comments[0], actor.person)
        _record(actor, thread, ThreadStep.DELETED)
    else:
        _record(actor, thread, ThreadStep.DELETED)
        thread.thread.delete()


@act("POST", THREAD, "comments", "threads_reply", verb=Verb.COMMENT, state=MAKES, answer=NEW_COMMENT, raises=Conflict)
@transaction.atomic
def reply_in_thread(actor: Actor, thread: AnchoredThread, text: Text) -> Comment:
    """Replies; a thread that was resolved is open again."""
    require_pace(actor, thread.project)
    _lock(thread)
    comment = threads.reply(thread.thread, actor.person, text)
    _note_comment(actor, thread, comment)
    return comment


@transaction.atomic
def resolve_thread(actor: Actor, thread: AnchoredThread, text: str = "", *, precondition: Precondition = None) -> None:
    """Says that nothing is left to do, with a last reply where there is one. Raises `Forbidden`, `Stale`, `NotYours`,
    `AlreadySo` where somebody was faster, and what `reply_in_thread` raises."""
    require_ending(actor, thread)
    _lock(thread)
    _require_precondition(thread, precondition)
    if text.strip():
        reply_in_thread(actor, thread, text)
    if thread.thread.resolved is not None:
        raise AlreadySo("This thread is resolved already.")
    threads.resolve(thread.thread, actor.person)
    _note(actor, thread, "review.resolve", ThreadStep.RESOLVED)


@act("POST", THREAD, "reopen", "threads_reopen", verb=Verb.COMMENT, state=IF_MATCH, answer=THREAD_JSON, raises=Conflict)
@transaction.atomic
def reopen_thread(actor: Actor, thread: AnchoredThread, *, precondition: Precondition = None) -> None:
    """Says that something is left to do."""
    require_ending(actor, thread)
    _lock(thread)
    _require_precondition(thread, precondition)
    if thread.thread.resolved is None:
        raise AlreadySo("This thread is open already.")
    threads.reopen(thread.thread)
    _note(actor, thread, "review.reopen", ThreadStep.REOPENED)


@transaction.atomic
def edit_comment(
    actor: Actor, thread: AnchoredThread, comment: Comment, text: str, *, precondition: Precondition = None
) -> None:
    """Replaces the text of one's own comment; what it said before can be read.

    Raises `Forbidden`, `NotYours`, `Stale`, `Invalid`, `CommentDeleted` and `ThreadFull`.
    """
    require_talking(actor, thread.project, thread.change_request)
    if comment.author_id != actor.pk:
        raise NotYours("Only the author of a comment can edit it. Reply instead.")
    _lock(thread)
    comment.refresh_from_db()
    require_precondition(comment_facets(comment), precondition)
    before = comment.text
    if not threads.edit(comment, text):
        return
    write_entry(actor, "review.edit", thread.about.subject, thread.project.place, **thread_facts(thread, comment))
    _record(actor, thread, ThreadStep.EDITED, _mention(actor, thread, comment, before))


@transaction.atomic
def delete_comment(
    actor: Actor, thread: AnchoredThread, comment: Comment, *, precondition: Precondition = None
) -> None:
    """Erases one's own comment, and as an owner anybody's; a trace stays. Raises `Forbidden`, `NotYours`,
    `Stale` and `CommentDeleted`."""
    require_talking(actor, thread.project, thread.change_request)
    if comment.author_id != actor.pk and not can(actor, Verb.MANAGE, thread.project):
        raise NotYours("Only the author of a comment, or an owner, can delete it.")
    _lock(thread)
    comment.refresh_from_db()
    require_precondition(comment_facets(comment), precondition)
    threads.delete(comment, actor.person)
    author = None if comment.author_id is None else str(comment.author_id)
    write_entry(
        actor,
        "review.delete",
        thread.about.subject,
        thread.project.place,
        member=author,
        **thread_facts(thread, comment),
    )
    _record(actor, thread, ThreadStep.DELETED)


def build_of(about: Review | Build) -> Build:
    """The build that is talked about: a review's newest."""
    return newest_round(about).build if isinstance(about, Review) else about


def _lock(thread: AnchoredThread) -> None:
    """The project's row is the lock of its threads, which are read again under it."""
    Project.objects.lock(thread.project_id)
    thread.thread.refresh_from_db()


def _require_precondition(thread: AnchoredThread, precondition: Precondition) -> None:
    """Raises `Stale`. The caller has locked the thread."""
    if precondition is not None:
        require_precondition(thread_facets(thread, Comment.objects.filter(thread=thread.thread_id)), precondition)


def _note_comment(actor: Actor, thread: AnchoredThread, comment: Comment) -> None:
    facts = thread_facts(thread, comment)
    place = thread.project.place
    if thread.change_request is not None:
        write_entry(actor, "change.say", thread.change_request.subject, place, **facts)
    elif thread.review is not None:
        write_entry(actor, "review.say", thread.review.subject, place, **facts | {"number": thread.review.number})
    else:
        write_entry(actor, "review.comment", thread.about.subject, place, **facts)
    _record(actor, thread, ThreadStep.COMMENT, _mention(actor, thread, comment, ""))


def _mention(actor: Actor, thread: AnchoredThread, comment: Comment, before: str) -> frozenset[UUID]:
    """Tells those who are mentioned now and were not before; answers who they are."""
    if "@" not in comment.text:
        return frozenset()
    names = names_of(mentionable_by(actor, thread.project, thread.change_request))
    people = mentioned_people(comment.text, names) - mentioned_people(before, names) - {actor.pk}
    if people:
        comment_mentions.call(Mention(actor, thread, comment, people))
    return people


def _note(actor: Actor, thread: AnchoredThread, action: str, step: ThreadStep) -> None:
    write_entry(actor, action, thread.about.subject, thread.project.place, **thread_facts(thread))
    _record(actor, thread, step)


def _record(actor: Actor, thread: AnchoredThread, step: ThreadStep, people: frozenset[UUID] = frozenset()) -> None:
    append_event(thread.project.stream, thread_event(thread, step, people), actor)
    request = thread.change_request
    if request is not None and request.source is not None:
        append_event(request.source.stream, offer_thread_event(thread, request, step, people), actor)
