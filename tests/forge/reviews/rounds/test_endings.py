"""The ending of a review is in its header and in the bar of the verdict, and no list offers to continue it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.builds.models import Build
from forge.projects.actions import write_file
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, close_review, give_verdict
from forge.reviews.models import ChangeRequest, ChangeState, Review
from tests.support.forge.factories.builds import RUNE, built

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/reviews/1"
BAR, BUTTON = 'id="verdict"', 'name="verdict"'


@pytest.fixture
def build(project: Any, developer: Any) -> Build:
    return built(developer, project)


@pytest.fixture
def review(build: Build, developer: Any, reviewer: Any) -> Review:
    return ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])


def page_of(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).content.decode().split())


def header_and_bar(client: Client) -> tuple[str, str]:
    header, bar, after = page_of(client).partition(BAR)
    assert bar
    return header.partition("<h2")[0], after


def test_a_review_that_waits_says_nothing_of_an_end(review: Review, reviewer: Any, browser_of: Browser) -> None:
    header, bar = header_and_bar(browser_of(reviewer))
    assert "data-ending hidden" in header
    assert "It applies to every build with the same bytes" in bar
    assert BUTTON in bar


def test_an_approved_review_names_who_approved_and_still_takes_an_objection(
    review: Review, reviewer: Any, browser_of: Browser
) -> None:
    give_verdict(reviewer, review.rounds.get().build, "approve")
    for part in header_and_bar(browser_of(reviewer)):
        assert f"Approved by {reviewer}, just now." in part
    assert 'value="changes"' in header_and_bar(browser_of(reviewer))[1]


def test_a_closed_review_names_who_closed_it_and_takes_no_verdict(
    review: Review, reviewer: Any, developer: Any, browser_of: Browser
) -> None:
    close_review(developer, review)
    for part in header_and_bar(browser_of(reviewer)):
        assert f"{developer} closed the review, just now." in part
    assert BUTTON not in page_of(browser_of(reviewer))


def test_a_review_of_a_merged_change_request_leads_to_it_and_takes_no_verdict(
    review: Review, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    ChangeRequest.objects.create(
        project=review.project,
        number=4,
        title="Hear whispers",
        author=owner,
        state=ChangeState.MERGED,
        decided=timezone.now(),
        decided_by=owner,
        build=review.rounds.get().build,
    )
    for part in header_and_bar(browser_of(reviewer)):
        assert f'<a href="/acme/kitchen/change-requests/4">{owner} merged change request 4</a>, just now.' in part
    assert BUTTON not in page_of(browser_of(reviewer))


def test_an_approved_review_whose_build_is_published_is_over_everywhere(
    review: Review, build: Build, project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    give_verdict(reviewer, build, "approve")
    write_file(developer, project, "notes.txt", b"better")
    built(developer, project, RUNE + b"better")
    ask, tab = "/acme/kitchen/builds/2/ask", '>Reviews <span class="count num">1</span>'
    assert "Start round 2" in page_of(client, ask)
    assert tab in page_of(client, ask)
    publish_build(developer, build, "1.0")
    for part in header_and_bar(browser_of(reviewer)):
        assert f"Approved by {reviewer}, and published as 1.0." in part
    assert BUTTON not in page_of(browser_of(reviewer))
    assert "Start round" not in page_of(client, ask)
    assert tab not in page_of(client, ask)
    assert (
        "acme/kitchen" not in page_of(client, "/?view=list&state=review").partition("<main")[2].partition("Activity")[0]
    )
