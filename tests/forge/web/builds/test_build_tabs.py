"""The tabs of a build: each has an address and shows its part; and the one step that comes next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from forge.builds.pages.limits import OUTCOME_TAGS, ShownFigure, ShownLimit
from forge.builds.pages.overview_figures import OverviewFigure, overview_figures
from forge.comparison.figures import FigureRow
from forge.jobs.models import JobState
from forge.projects.actions import update_project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, begin_thread, give_verdict
from forge.reviews.rounds.decision import ReviewState
from forge.reviews.threads.anchors import read_key
from forge.web.builds.steps import BuildStanding, next_step, steps
from rune.assessment.evaluation.evaluation import SampleOutcome
from rune.source.policy import LimitResult
from tests.forge.web.builds.test_build_results import MAP
from tests.support.cases import each_case
from tests.support.forge.factories.builds import approved, built, failed_build
from tests.support.forge.factories.evaluations import evaluated

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/builds/1"
TABS = ("", "/try", "/accuracy", "/memory", "/boards", "/files", "/log")


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def tabs_in(page: str) -> list[tuple[str, str, bool]]:
    nav = re.search(r'<nav class="nav" aria-label="Build 1".*?</nav>', page)
    assert nav is not None
    links = re.findall(r'<a href="([^"]*)"( aria-current="page")?>(.*?)</a>', nav[0])
    return [(" ".join(re.sub(r"<[^>]*>", "", words).split()), address, bool(on)) for address, on, words in links]


@pytest.mark.slow
def test_every_tab_of_a_build_can_be_linked_and_says_where_one_is(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project, memory_map=MAP)
    browser = browser_of(developer)
    for place in TABS:
        tabs = tabs_in(text_of(browser.get(f"{PAGE}{place}")))
        assert [address for _, address, _ in tabs] == [f"{PAGE}{each}" for each in TABS]
        assert [address for _, address, on in tabs if on] == [f"{PAGE}{place}"]


@pytest.mark.slow
def test_a_page_of_a_build_has_one_row_of_tabs_and_its_breadcrumb_leads_back_to_the_project(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project, memory_map=MAP)
    browser = browser_of(developer)
    for place in (*TABS, "/publish"):
        page = text_of(browser.get(f"{PAGE}{place}"))
        assert re.findall(r'<nav class="nav" aria-label="([^"]*)"', page) == ["Build 1"], place
        breadcrumb = re.search(r'<nav class="crumb cut" aria-label="Breadcrumb">.*?</nav>', page)
        assert breadcrumb is not None
        links = dict.fromkeys(re.findall(r'<a [^>]*href="([^"]*)"', breadcrumb[0]))
        assert list(links)[:3] == ["/acme", "/acme/kitchen", "/acme/kitchen/builds"], place
    assert 'aria-label="acme/kitchen"' in text_of(browser.get("/acme/kitchen/builds"))
    assert 'aria-label="acme/kitchen"' in text_of(browser.get("/acme/kitchen/boards"))


@pytest.mark.slow
def test_the_tab_of_the_accuracy_says_it_in_one_figure(project: Any, developer: Any, browser_of: Browser) -> None:
    outcomes = [SampleOutcome(str(number), "yes", "yes" if number < 9 else "no") for number in range(10)]
    evaluated(built(developer, project), outcomes)
    tabs = tabs_in(text_of(browser_of(developer).get(PAGE)))
    assert ("Accuracy 90.0 %", f"{PAGE}/accuracy", False) in tabs


@pytest.mark.slow
def test_a_failed_build_has_no_tabs_of_what_it_did_not_make(project: Any, developer: Any, browser_of: Browser) -> None:
    failed_build(developer, project)
    browser = browser_of(developer)
    page = text_of(browser.get(PAGE))
    assert [words for words, _, _ in tabs_in(page)] == ["Overview", "Boards", "Log"]
    for place in ("/try", "/accuracy", "/memory", "/files", "/publish"):
        assert browser.get(f"{PAGE}{place}").status_code == 404


@pytest.mark.slow
def test_who_has_no_role_reads_no_tab_even_of_a_public_project(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    publish_build(people["developer"], approved(built(people["developer"], project, memory_map=MAP)), "1.0")
    update_project(people["owner"], project, visibility="public")
    for place in (*TABS, "/publish"):
        assert browser_of(people["stranger"]).get(f"{PAGE}{place}").status_code == 404
        assert browser_of(None).get(f"{PAGE}{place}").status_code == 302


@pytest.mark.slow
def test_one_action_is_the_main_one_and_who_judges_has_the_verdict_on_every_tab(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    build = built(people["developer"], project)
    ask_for_review(people["developer"], build, "Hears taps", "", [RequestedGroup((people["reviewer"].pk,), 1)])
    for place in ("", "/try", "/accuracy", "/files", "/log"):
        page = text_of(browser_of(people["reviewer"]).get(f"{PAGE}{place}"))
        assert len(re.findall(r'class="button(?: big)? primary"', page)) == 1
        assert page.count('id="respond"') == 1
        assert 'name="verdict" value="approve"' in page
        assert 'name="verdict"' not in text_of(browser_of(people["viewer"]).get(f"{PAGE}{place}"))
    answer = browser_of(people["reviewer"]).post(f"{PAGE}/respond", {"verdict": "approve"})
    assert answer["Location"] == f"{PAGE}#conversation"
    page = text_of(browser_of(people["developer"]).get(PAGE))
    assert f'class="button primary" href="{PAGE}/publish"' in page


@pytest.mark.slow
def test_what_is_said_of_a_stage_a_line_or_a_figure_leads_to_the_tab_that_shows_it(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    browser = browser_of(developer)
    files = text_of(browser.get(f"{PAGE}/files"))
    link = re.search(rf'href="{PAGE}\?about=(line[^"#]*)#respond"', files)
    assert link is not None
    key = link[1].replace("%3A", ":").replace("%2F", "/")
    begin_thread(developer, build, "Why this line?", read_key(key))
    begin_thread(developer, build, "Why so large?", read_key("figure:size"))
    page = text_of(browser.get(PAGE))
    places = re.findall(r'<div class="grow"> <a href="([^"]*)"><b>', page)
    assert any(place.startswith(f"{PAGE}/files#") for place in places)
    assert any(place.startswith("#") for place in places)
    alone = text_of(browser.get(f"{PAGE}/conversation"))
    assert re.findall(r'<div class="grow"> <a href="([^"]*)"><b>', alone) == places


READY = BuildStanding("/acme/kitchen/builds/1", JobState.SUCCEEDED, next_tag="1.0")
EVERYTHING = replace(READY, may_edit=True, may_ask=True, may_publish=True)


@each_case(
    ("build", "words", "is_main"),
    [
        (EVERYTHING, "Ask for a review", True),
        (replace(EVERYTHING, state=JobState.QUEUED), None, True),
        (replace(EVERYTHING, state=JobState.FAILED), "Fix in the studio", True),
        (replace(EVERYTHING, missed_limits=("Size",)), "Fix in the studio", True),
        (replace(EVERYTHING, review=ReviewState.APPROVED), "Publish as 1.0", True),
        (replace(EVERYTHING, is_protected=True, gate_is_open=True), "Publish as 1.0", True),
        (replace(EVERYTHING, tags=("1.0", "latest")), "Use 1.0", False),
        (replace(EVERYTHING, review=ReviewState.WAITING, review_number=3), "Open review 3", False),
        (replace(EVERYTHING, judges=True), "Ask for a review", False),
        (replace(EVERYTHING, may_ask=False), "Publish as 1.0", True),
        (READY, None, True),
        (replace(READY, state=JobState.FAILED), None, True),
    ],
)
def test_the_next_step_follows_from_how_far_the_build_is(
    build: BuildStanding, words: str | None, is_main: bool
) -> None:
    step = next_step(build)
    assert (None if step is None else step.words) == words
    if step is not None:
        assert step.is_main is is_main


def test_the_line_says_what_is_done_what_waits_and_what_is_wrong() -> None:
    assert [step.state for step in steps(READY)] == ["done", "to-come", "to-come"]
    review = replace(READY, review=ReviewState.CHANGES, review_number=2, missed_limits=("Size", "Accuracy"))
    assert [(step.title, step.detail, step.state) for step in steps(review)][:2] == [
        ("Built", "Missed: Size and Accuracy", "wrong"),
        ("Changes requested", "review 2", "wrong"),
    ]
    status = replace(READY, review=ReviewState.APPROVED, approvals=2, tags=("1.0",))
    assert [step.detail for step in steps(status)] == ["", "2 approvals", "1.0"]


def _figure(name: str, limit: ShownLimit | None = None) -> ShownFigure:
    return ShownFigure(FigureRow(name, "1 kB", "", "", "muted", ""), limit)


def test_what_has_a_limit_stands_on_the_page_and_other_figures_unfold() -> None:
    met = OUTCOME_TAGS[LimitResult.MET]
    flash, recall = ShownLimit("Flash on pico", "at most 2 kB", met, ""), ShownLimit("Recall of yes", "", met, "")
    accurate = ShownLimit("Accuracy", "at least 90 %", met, "")
    rows = overview_figures(
        [_figure("Size"), _figure("Flash on pico", flash), _figure("RAM on pico")],
        [flash, recall, accurate],
        OverviewFigure("Accuracy", "95 %"),
    )
    assert [row.name for row in rows.first] == ["Accuracy", "Size", "Flash on pico", "Recall of yes"]
    assert rows.first[0].limit == accurate
    assert [row.name for row in rows.others] == ["RAM on pico"]


@each_case(
    ("outcomes", "text", "colour"),
    [
        ([], None, None),
        ([LimitResult.MET, LimitResult.MET], "All limits met", "ok"),
        ([LimitResult.MET, LimitResult.UNKNOWN], "1 of 2 limits met, 1 not known", "warn"),
        ([LimitResult.MET, LimitResult.UNKNOWN, LimitResult.MISSED], "1 of 3 limits met, 1 missed, 1 not known", "bad"),
        ([LimitResult.MET, LimitResult.UNCLEAR], "1 of 2 limits met, 1 too close to tell", "warn"),
    ],
)
def test_a_tag_says_how_many_limits_are_met(outcomes: list[LimitResult], text: str | None, colour: str | None) -> None:
    limits = [
        ShownLimit(f"Limit {place}", "", OUTCOME_TAGS[each], "", result=each) for place, each in enumerate(outcomes)
    ]
    standing = overview_figures([], limits, None).standing
    assert (standing and standing.word) == text
    assert (standing and standing.colour) == colour


@pytest.mark.slow
def test_the_verdict_of_who_gave_one_is_no_main_action(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    build = built(people["developer"], project)
    give_verdict(people["reviewer"], build, "approve")
    page = text_of(browser_of(people["reviewer"]).get(PAGE))
    assert "You approved it" in page
    assert 'value="approve"' not in page
