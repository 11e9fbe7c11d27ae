"""The frame that all pages of a project share: its breadcrumb, its tabs, and the overview at its address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.projects.actions import fork_project, update_project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review
from tests.support.forge.factories.builds import built, failed_build

Browser = Callable[[Any], Client]

PLACES = ("", "/builds", "/boards", "/reviews", "/reviews/1", "/change-requests")
"""The pages with the project's tabs. Those of a build have its own in their place."""
PLACES_OF_DEVELOPERS = (*PLACES, "/settings", "/share", "/push", "/copy", "/published", "/builds/1/ask")


def tabs_in(page: str) -> list[tuple[str, str, bool]]:
    """The words, the address and whether it is the current one, of each tab of the project."""
    nav = re.search(r'<nav class="nav" aria-label="acme/kitchen".*?</nav>', page, re.DOTALL)
    if nav is None:
        return []
    links = re.findall(r'<a href="([^"]*)"(\s+aria-current="page")?\s*>(.*?)</a>', nav[0], re.DOTALL)
    return [(" ".join(re.sub(r"<[^>]*>", "", words).split()), address, bool(on)) for address, on, words in links]


@pytest.fixture
def build(project: Any, people: dict[str, Any]) -> Any:
    build = built(people["developer"], project)
    ask_for_review(people["developer"], build, "Hears taps", "", [RequestedGroup((people["reviewer"].pk,), 1)])
    return build


@pytest.mark.slow
def test_every_page_of_a_project_has_the_same_tabs(
    project: Any, build: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    publish_build(people["developer"], build, "beta")
    browser = browser_of(people["developer"])
    expected = [
        ("Overview", "/acme/kitchen"),
        ("Studio", "/acme/kitchen/studio"),
        ("Data", "/acme/kitchen/data"),
        ("Training", "/acme/kitchen/training"),
        ("Models", "/acme/kitchen/models"),
        ("Builds", "/acme/kitchen/builds"),
        ("Reviews 1", "/acme/kitchen/reviews"),
        ("Change requests", "/acme/kitchen/change-requests"),
        ("Deployments", "/acme/kitchen/deployments"),
        ("Published", "/acme/kitchen/published"),
        ("Settings", "/acme/kitchen/settings"),
    ]
    for place in PLACES_OF_DEVELOPERS:
        page = browser.get(f"/acme/kitchen{place}").content.decode()
        assert [tab[:2] for tab in tabs_in(page)] == expected, place
        assert '<a class="cut" href="/acme/kitchen" title="kitchen">kitchen</a>' in page, place


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "current"),
    [
        ("", "Overview"),
        ("?tag=beta", "Published"),
        ("/published", "Published"),
        ("/builds", "Builds"),
        ("/boards", "Builds"),
        ("/reviews/1", "Reviews 1"),
        ("/change-requests", "Change requests"),
        ("/share", "Settings"),
    ],
)
def test_one_tab_is_the_current_one(
    build: Any, people: dict[str, Any], browser_of: Browser, place: str, current: str
) -> None:
    publish_build(people["developer"], build, "beta")
    page = browser_of(people["developer"]).get(f"/acme/kitchen{place}").content.decode()
    assert [words for words, _, on in tabs_in(page) if on] == [current]


@pytest.mark.slow
def test_tabs_are_for_who_reads_the_project_and_settings_for_who_may_change_them(
    project: Any, build: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    tabs = [words for words, _, _ in tabs_in(browser_of(people["viewer"]).get("/acme/kitchen").content.decode())]
    assert tabs == [
        *("Overview", "Studio", "Data", "Training", "Models", "Builds", "Reviews 1", "Change requests", "Deployments")
    ]
    update_project(people["owner"], project, visibility="public")
    for person in (people["stranger"], None):
        page = browser_of(person).get("/acme/kitchen")
        assert page.status_code == 200
        assert tabs_in(page.content.decode()) == []


@pytest.mark.slow
def test_the_address_of_a_project_is_its_overview_for_who_reads_it(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    browser = browser_of(people["developer"])
    page = browser.get("/acme/kitchen").content.decode()
    assert "Nothing in this project waits for you" in page
    assert "Nothing is published yet" in page
    assert "No model was judged yet" in page
    assert 'class="button primary" href="/acme/kitchen/studio"' in " ".join(page.split())
    build = built(people["developer"], project)
    publish_build(people["developer"], build, "beta")
    page = browser.get("/acme/kitchen").content.decode()
    assert f'data-rune-url="/api/v1/builds/{build.pk}/rune"' in page
    assert 'href="/acme/kitchen?tag=beta"' in page
    assert "Use it" not in page
    assert "Use it" in browser.get("/acme/kitchen/published").content.decode()


@pytest.mark.slow
def test_the_first_thing_that_waits_has_the_one_main_action(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    failed_build(people["developer"], project)
    page = " ".join(browser_of(people["developer"]).get("/acme/kitchen").content.decode().split())
    assert page.count('class="button primary"') == 1
    assert 'class="button primary" href="/acme/kitchen/builds/1"' in page
    assert ">Build 1 failed</a>" in page


@pytest.mark.slow
def test_the_overview_has_nothing_of_other_projects(project: Any, people: dict[str, Any], browser_of: Browser) -> None:
    copy = fork_project(people["developer"], project, project.organisation, "pantry")
    failed_build(people["developer"], copy)
    page = browser_of(people["developer"]).get("/acme/kitchen").content.decode()
    assert "/acme/pantry/builds" not in page
