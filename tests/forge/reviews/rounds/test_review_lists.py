"""Lists of reviews and of builds: what is published waits for nobody, titles are links, builds say what is new."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.models import Build
from forge.projects.actions import write_file
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, give_verdict
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
REVIEWS = "/acme/kitchen/reviews"


def page_of(client: Client, address: str) -> str:
    return compact(client.get(address).content.decode())


@pytest.fixture
def build(project: Any, developer: Any, reviewer: Any) -> Build:
    """A build whose review waits for the reviewer."""
    build = built(developer, project)
    ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    return build


@pytest.mark.slow
def test_the_title_of_a_waiting_review_leads_to_it(build: Build, reviewer: Any, browser_of: Browser) -> None:
    home = page_of(browser_of(reviewer), "/")
    assert f'<a href="{REVIEWS}/1">acme/kitchen: Hears whispers</a>' in home


@pytest.mark.slow
@pytest.mark.parametrize(("tag", "is_listed"), [("edge", True), ("1.0", False)])
def test_a_review_leaves_the_lists_once_its_build_is_published_for_good(
    tag: str, is_listed: bool, build: Build, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    give_verdict(owner, build, "approve")
    publish_build(developer, build, tag)
    for person in (reviewer, developer):
        waiting = page_of(browser_of(person), "/").partition("<h2>Activity</h2>")[0]
        assert (f"{REVIEWS}/1" in waiting) is is_listed
    client = browser_of(reviewer)
    assert ("Hears whispers" in page_of(client, REVIEWS)) is is_listed
    everything = page_of(client, f"{REVIEWS}?show=all")
    assert "Hears whispers" in everything
    assert ("Published as 1.0" in everything) is not is_listed
    assert ("Waiting" in everything) is is_listed


@pytest.mark.slow
def test_a_verdict_that_was_given_is_no_button_any_more(build: Build, reviewer: Any, browser_of: Browser) -> None:
    client = browser_of(reviewer)
    primary = '<button class="button big primary" form="respond" name="verdict" value="approve">'
    for address in (f"{REVIEWS}/1", "/acme/kitchen/builds/1"):
        assert primary in page_of(client, address)
    give_verdict(reviewer, build, "changes", "Too loud.")
    assert primary not in page_of(client, f"{REVIEWS}/1")
    give_verdict(reviewer, build, "approve")
    for address in (f"{REVIEWS}/1", "/acme/kitchen/builds/1"):
        page = page_of(client, address)
        assert 'value="approve"' not in page
        assert 'value="changes"' in page


def test_the_list_of_builds_says_how_often_each_is_right_and_what_changed(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    write_file(developer, project, "notes.txt", b"better")
    second = built(developer, project, RUNE + b"better")
    built(developer, project, RUNE + b"better")
    summary = {"samples": 40, "right": 39, "judged": 40, "judged_right": 39, "accuracy": 0.975}
    Build.objects.filter(pk=second.pk).update(evaluation=summary)
    page = page_of(browser_of(developer), "/acme/kitchen/builds")
    assert "right on 39 of 40 test recordings, 87 to 100 %" in page
    assert [part in page for part in ("The first build", "notes.txt", "The same files")] == [True, True, True]
