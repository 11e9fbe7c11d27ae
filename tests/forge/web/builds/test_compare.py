"""Comparing runes of any projects: what strangers are not told first, then figures, words and samples of both."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.actions import create_project, update_project, write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.cases import each_case
from tests.support.forge.factories.builds import OUTLINE, RUNE, approved, built

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


def page(browser: Client, one: str, other: str) -> str:
    return browser.get("/compare", {"one": one, "other": other}).content.decode()


@pytest.fixture
def beside(project: Project, organisation: Organisation, developer: User) -> Project:
    """Another project with a build whose rune is larger."""
    other = create_project(developer, organisation, "beside")
    built(developer, other, RUNE + bytes(5000), OUTLINE | {"nodes": OUTLINE["nodes"][:1], "wires": []})
    return other


@pytest.mark.slow
@pytest.mark.protects("roles/comparisons")
def test_of_a_project_that_one_does_not_read_nothing_is_told_but_what_it_published(
    project: Project, beside: Project, owner: User, developer: User, stranger: User, browser_of: Browser
) -> None:
    publish_build(owner, approved(built(developer, project)), "1.0")
    send_sample(owner, project, [b"1,2,3\n"], label="secret", days=90, consent=recording_terms(project).text)
    for browser in (browser_of(stranger), browser_of(None)):
        assert browser.get("/compare", {"one": "acme/kitchen:1.0", "other": ""}).status_code in (404, 302)
    update_project(owner, project, visibility="public")
    for browser in (browser_of(stranger), browser_of(None)):
        for other in ("acme/beside", "acme/beside@1", "acme/kitchen@1", "acme/kitchen:none"):
            assert browser.get("/compare", {"one": "acme/kitchen:1.0", "other": other}).status_code in (404, 302)
        text = page(browser, "acme/kitchen:1.0", "acme/kitchen")
        assert "Both runes are identical" in text
        assert "/api/v1/projects/acme/kitchen/tags/1.0/rune" in text
        assert "secret" not in text
        assert "data-pipeline" not in text


def choices(browser: Client, **query: str) -> list[str]:
    return re.findall(
        r'<option value="([^"]+)"', browser.get("/compare", query).content.decode().split("field-other")[0]
    )


@pytest.mark.slow
@pytest.mark.protects("roles/comparisons")
def test_runes_are_chosen_from_a_list_of_what_one_may_see(
    project: Project, beside: Project, owner: User, developer: User, stranger: User, browser_of: Browser
) -> None:
    publish_build(owner, approved(built(developer, project)), "1.0")
    assert choices(browser_of(stranger)) == choices(browser_of(None)) == []
    assert choices(browser_of(developer)) == ["acme/kitchen@1", "acme/beside@1"], "the newest first"
    update_project(owner, project, visibility="public")
    assert choices(browser_of(stranger)) == choices(browser_of(None)) == ["acme/kitchen:1.0"]
    assert choices(browser_of(developer)) == ["acme/kitchen@1", "acme/beside@1", "acme/kitchen:1.0"]


@pytest.mark.slow
def test_what_was_chosen_stays_chosen_though_no_list_has_it(
    project: Project, owner: User, developer: User, browser_of: Browser
) -> None:
    publish_build(owner, approved(built(developer, project)), "1.0")
    text = page(browser_of(developer), "acme/kitchen:1.0", "acme/kitchen@1")
    assert '<option value="acme/kitchen:1.0" selected>' in text
    assert '<option value="acme/kitchen@1" selected>' in text


@each_case("text", ["kitchen", "acme/kitchen@", "acme/kitchen@x", "../../etc", "acme/kitchen:1 0"])
def test_what_names_no_rune_is_said_so(text: str, client: Client, project: Project) -> None:
    answer = client.get("/compare", {"one": text, "other": text})
    assert answer.status_code == 400
    assert "names no rune" in answer.content.decode()


@pytest.mark.slow
def test_two_projects_are_compared_by_figures_words_pipeline_and_samples(
    project: Project, beside: Project, developer: User, client: Client
) -> None:
    write_file(developer, project, "notes.md", b"x")
    built(developer, project)
    send_sample(developer, project, [b"1,2,3\n"], label="up", days=90, consent=recording_terms(project).text)
    text = page(client, "acme/kitchen@1", "/acme/beside")
    assert "acme/beside, build 1" in text
    assert "notes.md was deleted" in text or "notes.md was removed" in text
    assert "&quot;mark&quot;:&quot;removed&quot;" in text
    assert 'data-label="up"' in text
    assert "+5.0 kB" in text
