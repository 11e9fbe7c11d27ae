"""Every address of the program, asked with a private project's own names and with names of nothing: answered alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.converters import get_converters

from forge.accounts.actions import remove_member
from forge.accounts.models import Organisation, User
from forge.projects.actions import delete_project, update_project
from forge.projects.models import Project
from tests.support.forge.outsider_requests import (
    ALIKE_FOR_ALL,
    IN_PROJECTS,
    ITS_OWN,
    METHODS,
    NOTHING,
    PARAMETER,
    READ_AND_DO,
    Names,
    Which,
    answers,
    assert_nothing_is_disclosed,
    each_address,
    quarter_and_all,
    quarters,
    routes,
    value_in,
)
from tests.support.forge.outsiders import build, names

__all__ = ["build", "names"]  # fixtures

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]


BY_EACH_METHOD = pytest.mark.parametrize(
    ("kind", "methods", "which"),
    [
        pytest.param("stranger", ITS_OWN, quarters(0), id="stranger by its methods, a share"),
        pytest.param("anonymous", ITS_OWN, quarters(1), id="anonymous by its methods, a share"),
        *(
            pytest.param(kind, METHODS, each_address, marks=pytest.mark.proof, id=f"{kind} by all methods")
            for kind in ("stranger", "anonymous")
        ),
    ],
)


@pytest.mark.slow
@pytest.mark.protects("roles/private-projects", "roles/former-project-names")
@BY_EACH_METHOD
def test_a_private_project_and_its_former_name_are_to_strangers_as_if_they_were_not_there(
    kind: str,
    methods: Sequence[str],
    which: Which,
    project: Project,
    owner: User,
    people: dict[str, Any],
    names: Names,
    browser_of: Browser,
) -> None:
    browser = browser_of(people[kind])
    nowhere = answers(browser, NOTHING, methods, which)
    assert_nothing_is_disclosed(answers(browser, names, methods, which), nowhere)
    update_project(owner, project, name="scullery")
    former = answers(browser, names, methods, which)
    assert_nothing_is_disclosed(former, nowhere)


@pytest.mark.slow
@pytest.mark.protects("roles/former-members")
@quarter_and_all(2)
def test_someone_who_was_removed_is_a_stranger_in_the_same_session(
    which: Which, developer: User, owner: User, organisation: Organisation, names: Names, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    assert browser.get("/api/v1/projects/acme/kitchen/state").status_code == 200
    remove_member(owner, organisation, developer.pk)
    assert_nothing_is_disclosed(answers(browser, names, which=which), answers(browser, NOTHING, which=which))


@pytest.mark.slow
@pytest.mark.protects("roles/deleted-projects")
@quarter_and_all(3)
def test_a_deleted_project_is_nowhere_even_for_its_owner(
    which: Which, project: Project, owner: User, names: Names, browser_of: Browser
) -> None:
    delete_project(owner, project)
    browser = browser_of(owner)
    nothing = NOTHING | {"organisation": "acme", "rest": "acme/zilch/manifests/notag"}

    def in_projects(route: str) -> bool:
        return which(route) and IN_PROJECTS.search(route) is not None

    there = answers(browser, names, which=in_projects)
    assert_nothing_is_disclosed(there, answers(browser, nothing, which=in_projects))


PUBLIC_ROUTES = {
    "/<str:organisation>",
    "/<str:organisation>/-/blocks",
    "/<str:organisation>/<str:name>",
    "/<str:organisation>/<str:name>/published",
    "/<str:organisation>/<str:name>/blocks/<str:block>",
    "/api/v1/projects/<str:organisation>/<str:name>",
    "/api/v1/projects/<str:organisation>/<str:name>/blocks",
    "/api/v1/projects/<str:organisation>/<str:name>/blocks/<str:block>/<str:version>",
    "/api/v1/projects/<str:organisation>/<str:name>/signing-keys",
    "/api/v1/projects/<str:organisation>/<str:name>/tags",
    "/api/v1/projects/<str:organisation>/<str:name>/tags/<str:tag>/rune",
    "/api/v1/projects/<str:organisation>/<str:name>/tags/<str:tag>/examples",
    "/api/v1/projects/<str:organisation>/<str:name>/tags/<str:tag>/packages/<str:target>",
    "/standings/<str:address>",
    "/api/v1/standings/<str:address>",
    "/<str:organisation>/<str:name>/picture.png",
    "/<str:organisation>/<str:name>/badge.svg",
    "/<str:organisation>/<str:name>/published/dependants",
    "/api/v1/projects/<str:organisation>/<str:name>/dependants",
    "/player/<str:organisation>/<str:name>/embed",
    "/v2/<path:rest>",
    "/player/<str:organisation>/<str:name>/state",
    "/player/<str:organisation>/<str:name>/runes/<str:digest>",
    "/player/<str:organisation>/<str:name>/runes/<str:digest>/examples",
}
"""The requests about a public project that anyone may send."""
WITH_AN_ACCOUNT = {
    "/api/v1/organisations/<str:organisation>/blocks",
    "/api/v1/projects/<str:organisation>/<str:name>/favourite",
}
"""The further answers to somebody with an account: which blocks an organisation published, and whether the project is
among their favourites."""


@pytest.mark.slow
@pytest.mark.protects("roles/drafts-of-public-projects")
@BY_EACH_METHOD
def test_a_public_project_gives_what_it_published_and_nothing_else(
    kind: str,
    methods: Sequence[str],
    which: Which,
    project: Project,
    people: dict[str, Any],
    names: Names,
    browser_of: Browser,
) -> None:
    Project.objects.filter(pk=project.pk).update(visibility="public")
    results = answers(browser_of(people[kind]), names, methods, which)
    readable = {ask for ask, answer in results.items() if answer[0] < 300} - ALIKE_FOR_ALL
    expected = PUBLIC_ROUTES | (WITH_AN_ACCOUNT if people[kind] else set())
    assert {ask.split(" ")[1] for ask in readable} == {route for route in expected if which(route)}
    read_by = {ask.split(" ")[0] for ask in readable if "/v2/" in ask or "/api/" in ask or "/player/" in ask}
    assert read_by == {"get", "head"} & set(methods or READ_AND_DO)
    assert not [ask for ask, answer in results.items() if answer[0] >= 500]


@pytest.mark.slow
def test_every_parameter_of_an_address_is_asked_for(names: Names) -> None:
    converters = get_converters()
    parameters = {each for route, _ in routes(get_resolver()) for each in PARAMETER.findall(route)}
    assert set(names) == set(NOTHING)
    assert {name for _, name in parameters} == {each.rpartition(":")[2] for each in names}
    without_value = [
        f"{kind}:{name}"
        for kind, name in parameters
        for values in (names, NOTHING)
        if not re.fullmatch(converters[kind or "str"].regex, value_in(values, kind, name))
    ]
    assert without_value == [], "no address has such a value, so nothing is asked"
