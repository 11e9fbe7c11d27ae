"""Conversations on pages, without scripts: where threads begin, how forms answer, and what is said of what is gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.actions import write_file
from forge.reviews.actions import (
    RequestedGroup,
    ask_for_review,
    begin_thread,
    delete_comment,
    mark_wrong,
    resolve_thread,
)
from forge.reviews.models import AnchoredThread, Review
from forge.reviews.threads.actions.wrong_results import WrongResult
from forge.reviews.threads.anchors import AnchorKind, AnchorRequest, element_id
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.preconditions import etag_form
from tests.support.forge.factories.samples import withdraw_sample

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PAGE = "/acme/kitchen/reviews/1"


@pytest.fixture
def review(project: Any, developer: Any, reviewer: Any) -> Review:
    write_file(developer, project, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: {}\n")
    return ask_for_review(
        developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.slow
def test_each_thing_of_a_build_has_a_link_that_begins_a_thread_there(
    review: Review, reviewer: Any, browser_of: Browser
) -> None:
    terms = recording_terms(review.project).text
    sample = send_sample(reviewer, review.project, [b"1,2,3\n"], label="up", days=90, consent=terms)
    browser = browser_of(reviewer)
    page = text_of(browser.get(PAGE))
    keys = ("figure:size", "stage:out", "line:2:Runefile.yml", f"sample:{sample.pk}")
    for key in keys:
        assert f'id="{element_id(key)}"' in page
        assert f'data-talk-at="{key}"' in page
    page = text_of(browser.get(PAGE, {"about": "stage:out"}))
    assert '<input type="hidden" name="about" value="stage:out">' in page
    assert "data-about-title>Stage out<" in page
    assert "data-about hidden" in text_of(browser.get(PAGE, {"about": "stage:nobody"}))
    answer = browser.post(f"{PAGE}/respond", {"about": "line:2:Runefile.yml", "text": "Which image?"})
    assert answer.status_code == 302
    assert f'<a href="#{element_id("line:2:Runefile.yml")}"><b>Runefile.yml, line 2</b></a>' in text_of(
        browser.get(PAGE)
    )


@pytest.mark.slow
def test_what_cannot_be_begun_is_explained_and_the_words_stay(
    review: Review, reviewer: Any, browser_of: Browser
) -> None:
    answer = browser_of(reviewer).post(f"{PAGE}/respond", {"about": "stage:nobody", "text": "What of it?"})
    assert answer.status_code == 400
    assert "has no stage of this name" in answer.content.decode()
    assert "What of it?" in answer.content.decode()


@pytest.mark.slow
def test_forms_reply_resolve_reopen_edit_and_delete(review: Review, reviewer: Any, browser_of: Browser) -> None:
    thread = begin_thread(reviewer, review, "How *loud*?")
    comment = thread.thread.comments.get()
    browser = browser_of(reviewer)
    here = f"/acme/kitchen/threads/{thread.pk}"

    def page_text() -> str:
        return text_of(browser.get(f"{PAGE}/conversation"))

    assert "How <em>loud</em>?" in page_text()
    answer = browser.post(here, etag_form(here, text="Softly.", do="resolve"))
    assert answer["Location"] == f"{PAGE}?threads=all#thread-{thread.pk}"
    assert "Every thread is resolved." in page_text()
    browser.post(here, etag_form(here, do="reopen"))
    assert "Every thread is resolved." not in page_text()
    assert browser.post(here, {"text": " "}).status_code == 400
    on_comment = f"/acme/kitchen/comments/{comment.pk}"
    browser.post(on_comment, etag_form(on_comment, text="How quiet?"))
    assert "Edited" in page_text()
    assert "How *loud*?" in page_text()
    browser.post(on_comment, etag_form(on_comment, do="delete"))
    assert "Deleted by its author" in page_text()
    assert "How quiet" not in page_text()
    assert browser.post(on_comment, etag_form(on_comment, text="Back")).status_code == 409


@pytest.mark.slow
def test_the_page_of_a_build_shows_the_threads_of_its_reviews(
    review: Review, reviewer: Any, developer: Any, browser_of: Browser
) -> None:
    thread = begin_thread(reviewer, review, "How loud?")
    browser = browser_of(developer)
    assert compact(f'href="{PAGE}?threads=all#thread-{thread.pk}">Review 1</a>, round 1') in compact(
        text_of(browser.get("/acme/kitchen/builds/1"))
    )
    answer = browser.post(f"/acme/kitchen/threads/{thread.pk}", {"text": "Softly.", "from": "build"})
    assert answer["Location"] == f"/acme/kitchen/builds/1?threads=all#thread-{thread.pk}"


@pytest.mark.slow
def test_a_thread_stays_readable_when_its_recording_is_gone(
    review: Review, reviewer: Any, developer: Any, browser_of: Browser
) -> None:
    result = WrongResult("up", "down", 90, recording_terms(review.project).text)
    thread = AnchoredThread.objects.get(pk=mark_wrong(reviewer, review, [b"1,2,3\n"], result).pk)
    browser = browser_of(developer)
    assert f'href="/acme/kitchen/studio?sample={thread.place["sample"]}"' in text_of(
        browser.get(f"{PAGE}/conversation")
    )
    withdraw_sample(reviewer, thread.place["sample"])
    after = text_of(browser.get(f"{PAGE}/conversation"))
    assert "the recording was deleted" in after
    assert "It said up; right is down" in after
    assert "studio?sample=" not in after


@pytest.mark.slow
def test_a_table_is_downloaded_where_recordings_are_replayed(
    review: Review, reviewer: Any, browser_of: Browser
) -> None:
    terms = recording_terms(review.project).text
    recording, table = (
        send_sample(reviewer, review.project, [data], label="up", days=90, consent=terms)
        for data in (b"1,2,3\n", b"a,b\n1,2\n")
    )
    begin_thread(reviewer, review, "Which machine?", AnchorRequest(AnchorKind.SAMPLE, str(table.pk)))
    page = text_of(browser_of(reviewer).get(PAGE))
    assert f"studio?sample={recording.pk}" in page
    assert f"studio?sample={table.pk}" not in page
    assert f'href="/api/v1/samples/{table.pk}/recording" download' in page
    assert f'href="/api/v1/samples/{recording.pk}/recording" download' not in page


@pytest.mark.slow
def test_an_owner_sees_a_trace_of_what_was_deleted(
    review: Review, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    thread = begin_thread(reviewer, review, "A secret", AnchorRequest(AnchorKind.FIGURE, "size"))
    delete_comment(owner, thread, thread.thread.comments.get())
    resolve_thread(owner, thread)
    page = text_of(browser_of(reviewer).get(PAGE))
    assert f"Deleted by {owner.name}" in page
    assert "A secret" not in page


def shown_titles(page: str) -> list[str]:
    """The threads that a reader sees, by what they are about."""
    return re.findall(r'<article [^>]*aria-label="Thread: ([^"]*)">', page)


@pytest.mark.slow
def test_a_switch_shows_the_open_the_resolved_or_all_threads_and_counts_them(
    review: Review, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    begin_thread(reviewer, review, "How large?", AnchorRequest(AnchorKind.FIGURE, "size"))
    thread = begin_thread(reviewer, review, "What is out?", AnchorRequest(AnchorKind.STAGE, "out"))
    resolve_thread(owner, thread)
    browser = browser_of(reviewer)
    for address in (PAGE, f"{PAGE}/conversation", "/acme/kitchen/builds/1", "/acme/kitchen/builds/1/conversation"):
        page = compact(text_of(browser.get(address)))
        assert shown_titles(page) == ["Size"]
        for words in ("Open", "Resolved"):
            assert f'{words}<span class="num">1</span>' in page
        assert 'All<span class="num">2</span>' in page
        assert shown_titles(text_of(browser.get(address, {"threads": "resolved"}))) == ["Stage out"]
        assert shown_titles(text_of(browser.get(address, {"threads": "all"}))) == ["Size", "Stage out"]
        assert shown_titles(text_of(browser.get(address, {"threads": "nonsense"}))) == ["Size"]


@pytest.mark.slow
def test_a_refused_comment_leaves_the_switch_as_it_was(review: Review, reviewer: Any, browser_of: Browser) -> None:
    begin_thread(reviewer, review, "How loud?")
    answer = browser_of(reviewer).post(f"{PAGE}/respond", {"text": " ", "threads": "resolved"})
    assert answer.status_code == 400
    assert shown_titles(answer.content.decode()) == []
    assert "No thread is resolved yet." in answer.content.decode()


@pytest.mark.slow
def test_a_conversation_without_threads_has_no_switch(review: Review, reviewer: Any, browser_of: Browser) -> None:
    page = text_of(browser_of(reviewer).get(PAGE))
    assert "No comments yet." in page
    assert "data-talk-choice" not in page
