"""Every address of people, projects and pages, asked by each kind of person, and what each is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from forge.accounts.actions import join_as
from forge.accounts.models import Organisation, Role, User
from forge.projects.actions import invite_to_project
from forge.projects.models import Project
from tests.support.forge.addresses.all_cases import CASES, ELSEWHERE
from tests.support.forge.addresses.table import KINDS, RAW, Case, answers_of, expected_answer, is_answered, name_of
from tests.support.forge.addresses.things import things
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.preconditions import etag_form, etag_headers
from tests.support.shares import share_and_all, table_by_kind

__all__ = ["things"]  # fixtures

pytestmark = pytest.mark.django_db

OURS = (
    *(
        "forge.accounts",
        "forge.agents",
        "forge.datasets",
        "forge.deployments",
        "forge.fleet",
        "forge.jobs",
        "forge.learning",
        "forge.notices",
        "forge.projects",
        "forge.repositories",
        "forge.search",
        "forge.webhooks",
        "forge.player",
    ),
    *("forge.builds.pages", "forge.registry.blocks.pages", "forge.web", "allauth"),
)
NOT_OURS = (
    *("forge.web.builds", "forge.web.runes.page", "forge.serving"),
    # Devices ask these with their keys, and no person does: tests/forge/fleet/protocol.
    "forge.fleet.serving",
    # Tested beside the change requests whose previews they are: tests/forge/reviews/changes/test_who_may_change.py.
    "forge.deployments.previews",
)


def member_with_role(organisation: Organisation, role: str) -> User:
    return make_member(organisation, f"{role}@acme.example", role.title(), Role(role))


@pytest.mark.slow
@pytest.mark.usefixtures("wheels")
@pytest.mark.protects("roles/missing-permission", "roles/self-promotion")
@pytest.mark.parametrize(("kind", "cases"), table_by_kind(KINDS, CASES, answers_of, name_of))
def test_each_kind_of_person_is_answered_as_the_table_says(
    kind: str,
    cases: list[Case],
    people: dict[str, Any],
    organisation: Organisation,
    things: dict[str, str],
    browser_of: Callable[[User | None], Client],
) -> None:
    from django.core.cache import cache
    from django.db import transaction

    wrong = []
    browser = browser_of(people[kind] if kind in people else member_with_role(organisation, kind))
    cookies = browser.cookies
    for method, route, address, body, answers in cases:
        cache.clear()
        path = "/" + things.get(address, address or route).lstrip("/")
        # Each case starts from the same state, whatever the one before it did.
        browser.cookies = deepcopy(cookies)
        with transaction.atomic():
            answer = _ask(browser, method, path, body)
            transaction.set_rollback(True)
        expected = expected_answer(kind, (method, route), answers)
        if not is_answered(answer.status_code, expected):
            wrong.append(f"{method} {route}: {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)


OF_THE_ORGANISATION = {
    ("form", "<str:organisation>/<str:name>/deployments/<str:deployment>/rollouts"): "it changes devices",
}
"""The requests about a project that take a right in its organisation too, and why: the organisation and what it has are
to a member of the project alone as if they were not there."""


@pytest.mark.slow
@pytest.mark.protects("roles/project-roles")
@pytest.mark.parametrize("cases", share_and_all(CASES, 3, name_of))
def test_a_role_in_one_project_makes_a_member_there_and_a_stranger_everywhere_else(
    cases: list[Case],
    people: dict[str, Any],
    project: Project,
    things: dict[str, str],
    browser_of: Callable[[User | None], Client],
) -> None:
    from django.core.cache import cache
    from django.db import transaction

    partner = people["stranger"]
    _, link = invite_to_project(people["owner"], project, "developer")
    join_as(partner, link.partition("token=")[2])
    beside = Project.objects.create(organisation=project.organisation, name="beside")
    browser = browser_of(partner)
    wrong = []
    for method, route, address, body, answers in cases:
        if "<str:organisation>" not in route:
            continue
        cache.clear()
        path = "/" + things.get(address, address or route).lstrip("/")
        if route == "<str:organisation>" or (isinstance(body, dict) and "organisation" in body):
            continue  # it has a page for who is no member; a copy goes into an organisation, of which they are none
        is_in_project = "/acme/kitchen" in path and (method, route) not in OF_THE_ORGANISATION
        kind = "developer" if is_in_project else "stranger"
        with transaction.atomic():
            answer = _ask(browser, method, path, body)
            transaction.set_rollback(True)
        expected = expected_answer(kind, (method, route), answers)
        if not is_answered(answer.status_code, expected):
            wrong.append(f"{method} {path}: {answer.status_code}, not {expected} as for a {kind}")
    assert not wrong, "\n".join(wrong)
    assert beside.name not in browser.get("/").content.decode()
    assert [
        each["name"] for each in browser.get("/api/v1/projects").json()["results"] if each["organisation"] == "acme"
    ] == ["kitchen"]


def _ask(browser: Client, method: str, path: str, body: Any) -> Any:
    if method == "form":
        return browser.post(path, etag_form(path, **body))
    if method == "get":
        return browser.get(path)
    kind = RAW if isinstance(body, bytes) else "application/json"
    return getattr(browser, method)(path, body, content_type=kind, headers=etag_headers(path, body))


@pytest.mark.protects("roles/missing-permission")
def test_the_table_leaves_no_address_of_these_parts_out() -> None:
    routes = {
        route for route, view in _routes(get_resolver(), "") if view.startswith(OURS) and not view.startswith(NOT_OURS)
    }
    assert routes - {case[1] for case in CASES} - ELSEWHERE == set()


def _routes(resolver: Any, before: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback.__module__
        else:
            yield from _routes(pattern, route)


@pytest.mark.slow
def test_nothing_tells_a_stranger_whether_a_private_project_is_there(
    project: Project, stranger: User, browser_of: Callable[[User | None], Client]
) -> None:
    for browser in (browser_of(stranger), browser_of(None)):
        for tail in ("", "/state", "/files", "/files/Runefile.yml"):
            there = browser.get(f"/api/v1/projects/acme/kitchen{tail}")
            nowhere = browser.get(f"/api/v1/projects/acme/nothing{tail}")
            assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_a_public_project_shows_a_visitor_that_it_is_there_and_nothing_inside(
    project: Project, browser_of: Callable[[User | None], Client]
) -> None:
    Project.objects.update(visibility="public")
    visitor = browser_of(None)
    assert visitor.get("/api/v1/projects/acme/kitchen").status_code == 200
    for tail in ("/state", "/files", "/files/Runefile.yml"):
        assert visitor.get(f"/api/v1/projects/acme/kitchen{tail}").status_code == 401
    assert visitor.put("/api/v1/projects/acme/kitchen/files/a", b"x", content_type=RAW).status_code == 401
