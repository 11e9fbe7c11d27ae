"""The pages of builds, from the outside: who sees what, and that all works without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.registry.tags.publishing.actions import publish_build
from forge.web.templatetags.look import ticked
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, built, set_job
from tests.support.forge.factories.preconditions import etag_form
from tests.support.forge.pages import PAGE, Browser, text_of
from tests.support.shares import SHARE_OF_PEOPLE_AND_ALL, kinds_to_ask

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_colleague_finds_the_verdict_and_the_builder_the_publishing(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    theirs = text_of(browser_of(reviewer).get(PAGE))
    assert 'name="verdict" value="approve"' in theirs
    assert f"{PAGE}/publish" not in theirs
    assert browser_of(reviewer).get(f"{PAGE}/publish").status_code == 404
    mine = text_of(browser_of(developer).get(PAGE))
    assert 'name="verdict"' not in mine
    assert f'href="{PAGE}/publish"' in mine
    assert "Publish build 1" in text_of(browser_of(developer).get(f"{PAGE}/publish"))
    assert 'data-player data-judge data-rune-url="/api/v1/builds/' in mine


@pytest.mark.slow
def test_a_verdict_with_words_is_given_by_a_form(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    client = browser_of(reviewer)
    response = client.post(f"{PAGE}/respond", {"verdict": "approve", "text": "<b>Good</b>"}, follow=True)
    page = text_of(response)
    assert "You approved it" in page
    assert "&lt;b&gt;Good&lt;/b&gt;" in page
    assert "Approved</span>" in compact(page)


@pytest.mark.slow
def test_a_comment_without_words_is_explained_and_nothing_is_lost(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    response = browser_of(developer).post(f"{PAGE}/respond", {"text": " "})
    assert response.status_code == 400
    assert "Write something first" in text_of(response)


@pytest.mark.slow
def test_a_taken_tag_is_explained_where_it_was_typed(project: Any, developer: Any, browser_of: Browser) -> None:
    publish_build(developer, built(developer, project), "1.0")
    write_file(developer, project, "notes.txt", b"more")
    built(developer, project, RUNE + b"more")
    address = "/acme/kitchen/builds/2/publish"
    response = browser_of(developer).post(address, etag_form(address, tag="1.0"))
    assert response.status_code == 409
    assert "cannot move" in text_of(response)
    assert 'value="1.0"' in text_of(response)
    assert 'value="1.1"' in text_of(browser_of(developer).get("/acme/kitchen/builds/2/publish"))


@pytest.mark.slow
def test_a_build_under_way_looks_again_by_itself_and_can_be_cancelled(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    build = request_build(developer, project)
    client = browser_of(developer)
    assert 'http-equiv="refresh"' in text_of(client.get(PAGE))
    page = text_of(client.post(f"{PAGE}/cancel", follow=True))
    assert "The build was cancelled" in page
    assert "data-follow-build" not in page
    assert 'http-equiv="refresh"' not in page
    assert client.post(f"{PAGE}/cancel").status_code == 409
    build.refresh_from_db()
    assert build.state == JobState.CANCELLED


@pytest.mark.slow
def test_a_failed_build_shows_what_was_wrong(project: Any, developer: Any, browser_of: Browser) -> None:
    build = request_build(developer, project)
    one = {
        "severity": "error",
        "code": "RUNE0001",
        "message": "There is no <stage>.",
        "file": "Runefile.yml",
        "span": {"start": {"line": 4, "column": 1, "offset": 0}, "end": {"line": 4, "column": 2, "offset": 1}},
        "notes": [],
        "fixes": [],
    }
    Build.objects.filter(pk=build.pk).update(diagnostics=[one])
    set_job(build, state=JobState.FAILED, error="1 problem")
    page = text_of(browser_of(developer).get(PAGE))
    assert "Runefile.yml, line 4" in page
    assert "There is no &lt;stage&gt;." in page


@pytest.mark.slow
def test_building_from_the_list_leads_to_the_new_build(project: Any, developer: Any, browser_of: Browser) -> None:
    response = browser_of(developer).post("/acme/kitchen/builds")
    assert response["Location"] == PAGE
    assert "Build 1" in text_of(browser_of(developer).get("/acme/kitchen/builds"))


@pytest.mark.slow
@SHARE_OF_PEOPLE_AND_ALL
@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        (PAGE, "get", (200, 200, 200)),
        ("/acme/kitchen/builds", "get", (200, 200, 200)),
        ("/acme/kitchen/builds", "post", (302, 302, 403)),
        (f"{PAGE}/respond", "post", (400, 400, 400)),
        (f"{PAGE}/publish", "post", (400, 400, 403)),
        (f"{PAGE}/cancel", "post", (409, 409, 403)),
        ("/acme/kitchen/builds/9", "get", (404, 404, 404)),
    ],
)
def test_who_may_open_and_do_what(
    project: Any,
    people: dict[str, Any],
    browser_of: Browser,
    path: str,
    method: str,
    expected: tuple[int, ...],
    whole: bool,
) -> None:
    built(people["developer"], project)
    by_name = dict(zip(("owner", "developer", "reviewer", "stranger", "anonymous"), (*expected, 404, 302), strict=True))
    by_name["maintainer"] = by_name["developer"]
    by_name["viewer"] = by_name["reviewer"]
    for name in by_name if whole else kinds_to_ask(f"{method} {path}", by_name):
        response = getattr(browser_of(people[name]), method)(path)
        assert response.status_code == by_name[name], (name, path)
        if name == "anonymous":
            assert response["Location"].startswith("/accounts/login/")


def test_names_in_a_sentence_are_code_and_markup_in_it_is_text() -> None:
    assert ticked("Did you mean `a<b>`, or `c`?") == "Did you mean <code>a&lt;b&gt;</code>, or <code>c</code>?"
    assert ticked("One ` alone & <b>") == "One ` alone &amp; &lt;b&gt;"
