"""Example inputs on the pages of builds, reviews and published runes: a project's own, for whom its files are."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.example_inputs import MOST
from forge.projects.actions import update_project, write_file
from forge.registry.actions import publish_build
from tests.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
SOUND = b"RIFF a knock"
FILES = {
    "knock.wav": SOUND,
    "examples/glass & co.WAV": b"RIFF glass",
    "examples/deep/no.wav": b"RIFF deep",
    "samples/yes/0.wav": b"RIFF a person's",
    "notes.txt": b"no recording",
}


@pytest.fixture
def published(project: Any, people: dict[str, Any]) -> Any:
    for path, content in FILES.items():
        write_file(people["developer"], project, path, content)
    build = built(people["developer"], project)
    publish_build(people["developer"], approved(build), "1.0")
    return build


def examples_on(page: Any) -> list[dict[str, str]]:
    """What the page gives to the player."""
    _, mark, rest = page.content.decode().partition('data-examples="')
    rows: list[dict[str, str]] = json.loads(html.unescape(rest.partition('"')[0])) if mark else []
    return rows


def test_a_member_is_offered_the_recordings_of_what_was_built(
    published: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    browser = browser_of(people["viewer"])
    for page in ("/acme/kitchen/builds/1", "/acme/kitchen"):
        rows = examples_on(browser.get(page))
        assert [row["path"] for row in rows] == ["examples/glass & co.WAV", "knock.wav"]
        for row in rows:
            answer: Any = browser.get(row["url"])
            assert answer.status_code == 200
            assert answer["Content-Security-Policy"].endswith("sandbox")
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert content == FILES[row["path"]]


def test_a_stranger_is_offered_them_where_the_project_shares_its_files(
    project: Any, published: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    address = "/api/v1/projects/acme/kitchen/tags/1.0/examples/"
    for sharing, expected in ((False, 404), (True, 200)):
        update_project(people["owner"], project, visibility="public", shares_files=sharing)
        for person in (None, people["stranger"]):
            browser = browser_of(person)
            assert len(examples_on(browser.get("/acme/kitchen"))) == (2 if sharing else 0)
            assert browser.get(f"{address}knock.wav").status_code == expected


@pytest.mark.protects("roles/drafts-of-public-projects")
def test_nothing_but_an_example_of_the_published_version_is_there(
    project: Any, published: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    update_project(people["owner"], project, visibility="public", shares_files=True)
    write_file(people["developer"], project, "draft.wav", b"RIFF later")
    browser = browser_of(None)
    for path in ("samples/yes/0.wav", "examples/deep/no.wav", "notes.txt", "Runefile.yml", "draft.wav", "../x.wav"):
        assert browser.get(f"/api/v1/projects/acme/kitchen/tags/1.0/examples/{path}").status_code == 404


def test_the_first_few_are_offered(project: Any, developer: Any, browser_of: Browser) -> None:
    for number in range(MOST + 2):
        write_file(developer, project, f"{number}.wav", b"RIFF %d" % number)
    built(developer, project)
    rows = examples_on(browser_of(developer).get("/acme/kitchen/builds/1"))
    assert [row["path"] for row in rows] == [f"{number}.wav" for number in range(MOST)]


def test_a_page_of_a_build_without_recordings_says_nothing_of_examples(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    assert "data-examples" not in browser_of(developer).get("/acme/kitchen/builds/1").content.decode()
