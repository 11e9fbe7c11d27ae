"""A comment sent with a verdict is a thread: others answer and resolve it, and an undone verdict takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import Thread
from forge.notices.models import Notice
from forge.projects.models import Project
from forge.reviews.actions import (
    JudgedRound,
    RequestedGroup,
    ask_for_review,
    begin_thread,
    give_verdict,
    invite_guest,
    reply_in_thread,
    undo_verdict,
)
from forge.reviews.models import AnchoredThread, Review, Verdict
from forge.reviews.rounds.access import verdicts_on
from forge.reviews.threads.conversation import comment_of_verdict, threads_in_review, threads_on_build
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PAGE = "/acme/kitchen/reviews/1"


@pytest.fixture
def review(project: Project, developer: Any, reviewer: Any) -> Review:
    return ask_for_review(
        developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )


def judged(review: Review, reviewer: Any, text: str, verdict: str = "changes") -> Verdict:
    """A verdict that was given on the page of the review."""
    build = review.rounds.get().build
    assert build.artefact is not None
    return give_verdict(reviewer, build, verdict, text, judged_round=JudgedRound(review, 1, build.artefact.digest))


@pytest.mark.slow
def test_a_comment_sent_with_a_verdict_is_answered_and_resolved_by_the_forms_of_the_page(
    review: Review, reviewer: Any, developer: Any, browser_of: Browser
) -> None:
    judged(review, reviewer, "The **seven** is a one.")
    client = browser_of(developer)
    page = " ".join(client.get(PAGE).content.decode().split())
    match = re.search(r'action="(/acme/kitchen/threads/[^"]+)"', page)
    assert match is not None
    assert "Asked for changes to build 1" in page
    assert page.count("The <strong>seven</strong> is a one.") == 1
    assert client.post(match[1], {"text": "Fixed in build 2."}).status_code == 302
    assert "Fixed in build 2." in client.get(PAGE).content.decode()
    form = etag_form(match[1])
    assert client.post(match[1], {"do": "resolve", **form}).status_code == 302
    assert Thread.objects.get().resolved_by == developer


def test_the_conversations_of_a_review_and_of_its_builds_have_the_words_of_every_verdict_on_their_bytes(
    review: Review, reviewer: Any, owner: Any, developer: Any
) -> None:
    build = review.rounds.get().build
    judged(review, reviewer, "Too loud.")
    give_verdict(owner, build, "changes", "Too slow.")
    for threads in (threads_in_review(developer, review), threads_on_build(developer, build)):
        assert [each.thread.comments.get().text for each in threads] == ["Too loud.", "Too slow."]
    assert [comment_of_verdict(each) for each in verdicts_on(developer, build)] == ["Too loud.", "Too slow."]


def test_an_undone_verdict_takes_its_words_back_and_leaves_what_others_replied(
    review: Review, reviewer: Any, developer: Any
) -> None:
    build = review.rounds.get().build
    judged(review, reviewer, "Too loud.")
    undo_verdict(reviewer, build)
    assert not Thread.objects.exists()
    assert not AnchoredThread.objects.exists()
    verdict = judged(review, reviewer, "Too slow.")
    reply_in_thread(developer, AnchoredThread.objects.get(verdict=verdict), "How slow?")
    undo_verdict(reviewer, build)
    assert not Verdict.objects.exists()
    assert [each.text for each in Thread.objects.get().comments.all()] == ["", "How slow?"]


def test_who_is_mentioned_with_a_verdict_is_told_and_nobody_hears_of_the_comment_besides_the_verdict(
    review: Review, reviewer: Any, developer: Any, owner: Any
) -> None:
    before = set(Notice.objects.filter(person=developer).values_list("pk", flat=True))
    judged(review, reviewer, f"Too loud, @{owner}?")
    assert [each.kind for each in Notice.objects.filter(person=owner)] == ["mention"]
    assert "comment" not in {each.kind for each in Notice.objects.filter(person=developer).exclude(pk__in=before)}


def test_a_guest_does_not_read_what_was_said_with_a_verdict(review: Review, reviewer: Any, developer: Any) -> None:
    judged(review, reviewer, "Too loud for the contract.")
    begin_thread(reviewer, review, "Which microphone?")
    _, address = invite_guest(developer, review, "Lena")
    browser = Client()
    browser.post(f"/try/reviews/{review.pk}", {"token": address.partition("#token=")[2]})
    page = browser.get(f"/try/reviews/{review.pk}").content.decode()
    assert "Which microphone?" in page
    assert "Too loud for the contract." not in page
