"""The search: what is found and in which order, and that nobody finds what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, User
from forge.builds.contents import keep_contents
from forge.projects.actions import delete_project
from forge.projects.models import Project
from forge.search.docs import find_headings, page_file
from forge.search.hits import HitKind, find
from forge.search.query import SearchQuery, parse_query
from tests.support.cases import each_case
from tests.support.forge.factories.builds import built, failed_build

Browser = Callable[[User | None], Client]


@pytest.fixture
def corpus(project: Project, developer: User) -> Project:
    """A project with a build and a file whose names nothing else has."""
    Project.objects.filter(pk=project.pk).update(name="zither", description="Tunes a zither")
    project.refresh_from_db()
    failed_build(developer, project)
    keep_contents(project.pk, {}, ["Runefile.yml", "strings/zither-model.tflite"])
    return project


def _results(actor: Any, text: str) -> list[tuple[str, str]]:
    return [(hit.kind.value, hit.title) for hit in find(actor, parse_query(text))]


@pytest.mark.slow
@pytest.mark.protects("roles/searches")
@pytest.mark.django_db
def test_a_stranger_finds_nothing_of_what_is_private(
    corpus: Project, stranger: User, organisation: Organisation
) -> None:
    for text in ("zither", "1", "zither 1", "acme", "jo", "okafor", "jo@acme.example", "strings", "runefile", "tunes"):
        mine = [hit for hit in find(stranger, parse_query(text)) if hit.kind is not HitKind.DOCS]
        assert mine == [], text
    assert find(stranger, parse_query("")) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_a_member_of_any_role_finds_what_they_may_read(corpus: Project, reviewer: User, developer: User) -> None:
    for person in (reviewer, developer):
        assert ("project", "zither") in _results(person, "zith")
        assert ("build", "zither, build 1") in _results(person, "zither 1")
        assert ("file", "strings/zither-model.tflite") in _results(person, "model.tfl")
        assert ("person", "Jo Okafor") in _results(person, "okafor")
        assert ("organisation", "acme") in _results(person, "acme")


@pytest.mark.slow
@pytest.mark.protects("roles/searches")
@pytest.mark.django_db
def test_a_former_member_and_whoever_waits_for_a_second_factor_find_nothing(
    corpus: Project, reviewer: User, organisation: Organisation
) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(requires_second_factor=True)
    assert _results(reviewer, "zither") == []
    Organisation.objects.filter(pk=organisation.pk).update(requires_second_factor=False)
    reviewer.memberships.all().delete()
    assert _results(User.objects.get(pk=reviewer.pk), "zither") == []


@pytest.mark.slow
@pytest.mark.protects("roles/deleted-in-searches")
@pytest.mark.django_db
def test_what_is_deleted_is_found_by_nobody(corpus: Project, owner: User) -> None:
    delete_project(owner, corpus)
    for text in ("zither", "zither 1", "strings", ""):
        assert _results(owner, text) == []


@pytest.mark.slow
@pytest.mark.protects("roles/searches")
@pytest.mark.django_db
def test_a_token_finds_what_its_reach_and_scopes_let_it_see(corpus: Project, developer: User) -> None:
    beside = Project.objects.create(organisation=corpus.organisation, name="zitherine", created_by=developer)
    _, secret = create_token(developer, "x", ["project:read"], None, restriction=[corpus.stream])
    _, blind = create_token(developer, "y", ["account:read"], None)

    def ask(secret: str, text: str) -> Any:
        return Client().get("/api/v1/search", {"q": text}, headers={"Authorization": f"Bearer {secret}"})

    kinds = {(hit["kind"], hit["title"]) for hit in ask(secret, "zither").json()["hits"]}
    assert ("project", "zither") in kinds
    assert ("project", beside.name) not in kinds
    assert [hit for hit in ask(secret, "okafor").json()["hits"] if hit["kind"] == "person"] == []
    assert ask(blind, "zither").status_code == 403


@pytest.mark.django_db
def test_what_is_called_so_comes_first_and_then_what_changed_last(organisation: Organisation, developer: User) -> None:
    for name, words in (("tap", ""), ("drips", "a tap"), ("old-tap", ""), ("tapping", ""), ("tapes", "")):
        Project.objects.create(organisation=organisation, name=name, description=words, created_by=developer)
    titles = [hit.title for hit in find(developer, parse_query("tap")) if hit.kind is HitKind.PROJECT]
    assert titles == ["tap", "tapes", "tapping", "old-tap", "drips"]


@pytest.mark.slow
@pytest.mark.django_db
def test_without_words_ones_own_last_projects_and_builds_are_found(
    corpus: Project, developer: User, reviewer: User
) -> None:
    built(developer, corpus)
    assert _results(developer, " ") == [
        ("project", "zither"),
        ("build", "zither, build 2"),
        ("build", "zither, build 1"),
    ]
    assert _results(reviewer, "") == [("project", "zither")]


@pytest.mark.slow
@pytest.mark.django_db
def test_signs_that_databases_read_are_letters(corpus: Project, developer: User) -> None:
    for text in ("%", "_", "'", '"', "\\", "%_%"):
        assert [hit for hit in find(developer, parse_query(text)) if hit.kind is HitKind.PROJECT] == []


@pytest.mark.slow
@pytest.mark.django_db
def test_the_api_and_the_page_answer_alike_and_name_what_is_too_long(
    corpus: Project, reviewer: User, browser_of: Browser
) -> None:
    browser = browser_of(reviewer)
    hits = browser.get("/api/v1/search", {"q": "zither"}).json()["hits"]
    assert hits[0] == {"kind": "project", "title": "zither", "detail": "acme", "url": "/acme/zither/studio"}
    page = browser.get("/search", {"q": "zither"}).content.decode()
    assert all(hit["title"] in page for hit in hits)
    response = browser.get("/api/v1/search", {"q": "x" * 101})
    assert (response.status_code, "at most 100 characters" in response.json()["detail"]) == (400, True)
    assert browser.get("/search", {"q": "x" * 101}).status_code == 200
    assert browser_of(None).get("/api/v1/search").status_code == 401
    assert browser_of(None).get("/search")["Location"].startswith("/accounts/login/")


@each_case(
    ("text", "expected"),
    [
        ("", SearchQuery(())),
        ("  Left  HAND ", SearchQuery(("left", "hand"))),
        ("digits 42", SearchQuery(("digits",), 42)),
        ("build #7", SearchQuery((), 7)),
        ("build", SearchQuery(("build",))),
        ("1 2", SearchQuery(("2",), 1)),
        ("²", SearchQuery(("²",))),
        ("9" * 80, SearchQuery(("9" * 80,))),
        ("a b c d e f g", SearchQuery(("a", "b", "c", "d", "e", "f"))),
        ("a\0b", SearchQuery(("a", "b"))),
    ],
)
def test_a_text_is_read_as_words_and_a_number(text: str, expected: SearchQuery) -> None:
    assert parse_query(text) == expected


@pytest.mark.protects("browser/documentation-paths")
def test_a_block_is_found_before_a_diagnostic_with_its_name_and_once() -> None:
    for name in ("window", "label", "normalize", "quantize"):
        urls = [each.url for each in find_headings([name], 9)]
        assert urls[0] == f"/docs/reference/blocks/{name}"
        assert len(urls) == len(set(urls))
        assert f"/docs/reference/blocks#{name}" not in urls
    titles = [each.text for each in find_headings(["label"], 9) if each.text == each.page]
    assert titles.index("label") < next(at for at, text in enumerate(titles) if text.startswith("RUNE"))
    assert find_headings(["rune0047"], 1)[0].url == "/docs/reference/diagnostics/RUNE0047"


def test_pages_of_the_documentation_are_found_by_title_and_heading() -> None:
    assert find_headings(["webhooks"], 3)[0].url == "/docs/guides/webhooks"
    by_heading = find_headings(["notified", "notices"], 3)
    assert [each.url for each in by_heading] == ["/docs/guides/notices#what-you-are-notified-of"]
    assert page_file("guides/notices") is not None
    for nowhere in ("../README", "guides/../../README", "/etc/passwd", "guides/notices.md"):
        assert page_file(nowhere) is None
