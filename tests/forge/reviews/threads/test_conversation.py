"""Conversations: threads over rounds, replies, edits with their history, deletions with their trace, and mentions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from forge.core import threads
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.core.threads import CommentDeleted, ThreadFull
from forge.projects.actions import write_file
from forge.reviews.actions import (
    RequestedGroup,
    ask_for_review,
    ask_in_a_new_round,
    begin_thread,
    delete_comment,
    edit_comment,
    reopen_thread,
    reply_in_thread,
    resolve_thread,
)
from forge.reviews.errors import AlreadySo, NotYours
from forge.reviews.hooks import Mention, comment_mentions
from forge.reviews.models import AnchoredThread, Review
from forge.reviews.threads.anchors import AnchorKind, AnchorRequest
from forge.reviews.threads.conversation import anchor_of, find_comment, find_thread, threads_in_review, threads_on_build
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentions() -> Iterator[list[Mention]]:
    """The mentions that the hook reported."""
    mentions: list[Mention] = []
    comment_mentions.register(mentions.append)
    yield mentions
    comment_mentions._functions.remove(mentions.append)


def new_review(project: Any, developer: Any, reviewer: Any) -> Review:
    build = built(developer, project)
    return ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])


def texts(thread: AnchoredThread) -> list[str]:
    return [comment.text for comment in thread.thread.comments.all()]


@pytest.mark.slow
def test_a_thread_goes_on_over_rounds_and_says_where_it_began(project: Any, developer: Any, reviewer: Any) -> None:
    review = new_review(project, developer, reviewer)
    first = begin_thread(reviewer, review, "How loud?", AnchorRequest(AnchorKind.STAGE, "out"))
    write_file(developer, project, "notes.txt", b"better")
    newer = built(developer, project, RUNE + b"better")
    ask_in_a_new_round(developer, review, newer)
    review = Review.objects.get(pk=review.pk)
    begin_thread(reviewer, review, "Better.")
    reply_in_thread(developer, first, "Softly.")
    threads = threads_in_review(reviewer, review)
    assert [(each.round, each.about.number, texts(each)) for each in threads] == [
        (1, 1, ["How loud?", "Softly."]),
        (2, 2, ["Better."]),
    ]
    assert [each.pk for each in threads_on_build(reviewer, newer)] == [each.pk for each in threads]
    assert anchor_of(threads[0]).title == "Stage out"


@pytest.mark.slow
def test_a_build_shows_its_own_threads_and_those_of_its_reviews(project: Any, developer: Any, reviewer: Any) -> None:
    review = new_review(project, developer, reviewer)
    build = review.rounds.get().build
    own = begin_thread(developer, build, "On the build")
    other = begin_thread(reviewer, review, "In the review")
    assert [each.pk for each in threads_on_build(reviewer, build)] == [own.pk, other.pk]
    assert [each.pk for each in threads_in_review(reviewer, review)] == [other.pk]


@pytest.mark.slow
def test_a_reply_opens_a_thread_again(project: Any, developer: Any, reviewer: Any) -> None:
    thread = begin_thread(reviewer, built(developer, project), "How loud?")
    resolve_thread(developer, thread)
    assert find_thread(reviewer, thread.pk).thread.resolved_by == developer
    with pytest.raises(AlreadySo):
        resolve_thread(reviewer, thread)
    reply_in_thread(reviewer, thread, "Not yet.")
    assert find_thread(reviewer, thread.pk).thread.resolved is None
    with pytest.raises(AlreadySo):
        reopen_thread(reviewer, thread)


@pytest.mark.slow
@pytest.mark.protects("reviews/edited-comments")
def test_an_edit_keeps_what_was_said_before(project: Any, developer: Any, reviewer: Any) -> None:
    thread = begin_thread(reviewer, built(developer, project), "One")
    comment = thread.thread.comments.get()
    for text in ("Two", "Two", "Three"):
        edit_comment(reviewer, thread, comment, text)
    _, latest = find_comment(developer, comment.pk)
    assert (latest.text, [earlier.text for earlier in latest.earlier_texts.all()]) == ("Three", ["One", "Two"])
    assert latest.edited is not None
    with pytest.raises(NotYours):
        edit_comment(developer, thread, comment, "Mine")


@pytest.mark.slow
@pytest.mark.protects("reviews/edited-comments")
def test_a_deleted_comment_leaves_a_trace_and_no_words(project: Any, developer: Any, reviewer: Any, owner: Any) -> None:
    thread = begin_thread(reviewer, built(developer, project), "A secret")
    comment = thread.thread.comments.get()
    edit_comment(reviewer, thread, comment, "Another secret")
    with pytest.raises(NotYours):
        delete_comment(developer, thread, comment)
    delete_comment(owner, thread, comment)
    _, latest = find_comment(reviewer, comment.pk)
    assert (latest.text, latest.author, latest.deleted_by) == ("", reviewer, owner)
    assert not latest.earlier_texts.all()
    with pytest.raises(CommentDeleted):
        edit_comment(reviewer, thread, comment, "Back")
    assert "secret" not in str(list(AuditEntry.objects.values_list("data"))) + str(
        list(Event.objects.values_list("data"))
    )


@pytest.mark.slow
@pytest.mark.protects("mail/mentions")
def test_who_is_mentioned_is_told_once(
    project: Any, developer: Any, reviewer: Any, stranger: Any, mentions: list[Mention]
) -> None:
    build = built(developer, project)
    thread = begin_thread(reviewer, build, f"@{developer.name} and @{reviewer.name} and @{stranger.name}: how loud?")
    assert [(mention.people, mention.comment.text[:1]) for mention in mentions] == [(frozenset({developer.pk}), "@")]
    comment = thread.thread.comments.get()
    edit_comment(reviewer, thread, comment, f"@{developer.name}: how loud, and where?")
    reply_in_thread(developer, thread, "Softly.")
    assert len(mentions) == 1
    event = Event.objects.filter(type="thread.changed").order_by("sequence").first()
    assert event is not None
    assert event.data["mentions"] == [str(developer.pk)]


@pytest.mark.slow
def test_a_stranger_reads_nothing_and_says_nothing(project: Any, developer: Any, reviewer: Any, stranger: Any) -> None:
    review = new_review(project, developer, reviewer)
    thread = begin_thread(reviewer, review, "How loud?")
    comment = thread.thread.comments.get()
    for attempt in (
        lambda: find_thread(stranger, thread.pk),
        lambda: find_comment(stranger, comment.pk),
        lambda: threads_in_review(stranger, review),
        lambda: begin_thread(stranger, review, "hello"),
        lambda: reply_in_thread(stranger, thread, "hello"),
        lambda: resolve_thread(stranger, thread),
        lambda: edit_comment(stranger, thread, comment, "hello"),
        lambda: delete_comment(stranger, thread, comment),
    ):
        with pytest.raises((Forbidden, NotFound)):
            attempt()


def test_a_thread_and_a_comment_have_limits(
    project: Any, developer: Any, reviewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MAX_REPLIES", 1)
    monkeypatch.setattr(threads, "MAX_EDITS", 1)
    thread = begin_thread(reviewer, built(developer, project), "One")
    comment = thread.thread.comments.get()
    with pytest.raises(ThreadFull):
        reply_in_thread(reviewer, thread, "Two")
    edit_comment(reviewer, thread, comment, "Two")
    with pytest.raises(ThreadFull):
        edit_comment(reviewer, thread, comment, "Three")
    with pytest.raises(Invalid, match="at most"):
        edit_comment(reviewer, thread, comment, "x" * (threads.MAXIMUM_COMMENT + 1))
