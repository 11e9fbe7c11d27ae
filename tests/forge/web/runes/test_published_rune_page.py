"""The page of a published rune: who sees it, how to get it, and its README."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from forge.core.http.markdown import render_readme
from forge.projects.actions import update_project, write_file
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import give_verdict
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.pages import PAGE, Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_project_that_published_nothing_says_so_to_who_sees_it_alone(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    assert "Nothing is published yet" in text_of(browser_of(people["viewer"]).get("/acme/kitchen"))
    assert browser_of(people["stranger"]).get("/acme/kitchen").status_code == 404
    update_project(people["owner"], project, visibility="public")
    assert "Nothing is published yet" in text_of(browser_of(None).get("/acme/kitchen"))


@pytest.mark.slow
def test_a_visitor_sees_a_public_rune_and_how_to_get_it(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    write_file(people["developer"], project, "README.md", b"# Kitchen\n\nHears the <script>alert(1)</script> tap.")
    build = built(people["developer"], project)
    give_verdict(people["reviewer"], build, "approve")
    publish_build(people["developer"], build, "1.0")
    update_project(people["owner"], project, visibility="public", description="A kitchen & more")
    client = browser_of(None)
    page = text_of(client.get("/acme/kitchen"))
    assert "rune pull http://127.0.0.1:8000/acme/kitchen:1.0" in page
    assert "rune login" not in page
    assert 'data-rune-url="/api/v1/projects/acme/kitchen/tags/1.0/rune"' in page
    assert "<h2>Kitchen</h2>" in page
    assert "<script>alert" not in page
    assert "Approved by 1" in page
    assert "/acme/kitchen/studio" not in page
    rune = client.get("/api/v1/projects/acme/kitchen/tags/1.0/rune")
    assert b"".join(rune.streaming_content) == RUNE  # type: ignore[attr-defined]
    assert rune["Content-Disposition"].startswith("attachment")
    assert client.get("/acme/kitchen?tag=9").status_code == 404


@pytest.mark.slow
def test_a_private_rune_is_for_members_alone(project: Any, people: dict[str, Any], browser_of: Browser) -> None:
    publish_build(people["developer"], approved(built(people["developer"], project)), "1.0")
    members = ("owner", "maintainer", "developer", "reviewer", "viewer")
    expected = {**dict.fromkeys(members, 200), "stranger": 404, "anonymous": 302}
    for name, person in people.items():
        assert browser_of(person).get("/acme/kitchen").status_code == expected[name]
    api = {**expected, "anonymous": 401}
    for name, person in people.items():
        path = "/api/v1/projects/acme/kitchen/tags/1.0/rune"
        assert browser_of(person).get(path).status_code == api[name]


@pytest.mark.protects("browser/scripts-in-text")
@each_case(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html,<script>)",
        "[a](//evil.example)",
        "![a](https://evil.example/pixel.png)",
        '<a href="https://evil.example" onclick="x">a</a>',
        "[a]: javascript:alert(1)\n[a]",
        '<https://evil.example/"onmouseover=alert(1)>',
        "> " * 500 + "deep",
    ],
)
def test_a_readme_can_do_nothing(text: str) -> None:
    elements = PageElements()
    elements.feed(render_readme(text))
    assert {name for name, _ in elements.elements} <= {"p", "a", "blockquote"}
    for _, attributes in elements.elements:
        assert set(attributes) <= {"rel", "href"}
        assert attributes.get("href", "https://").startswith("https://")


class PageElements(HTMLParser):
    """The elements of a page with their attributes, as a browser would take them."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def test_links_of_a_readme_vouch_for_nothing() -> None:
    assert 'rel="nofollow noopener ugc"' in render_readme("[a](https://example.org)")
    assert 'href="https://example.org"' in render_readme("[a](https://example.org)")


@pytest.mark.slow
def test_the_player_is_told_the_memory_that_the_build_planned(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    assert build.artefact is not None
    memory = build.artefact.report["memory"]
    assert f'data-memory="{memory["arena"] + memory["serial"]}"' in text_of(browser_of(developer).get(PAGE))
