"""The rights in answers, which no page works out from roles by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

_ROOT = Path(__file__).resolve().parents[3]
_ROLE_COMPARED = re.compile(
    r"""\brole\s*[!=]==?\s*["']|["'](?:owner|developer|reviewer|viewer)["']\s*[!=]==?|[!=]==?\s*["'](?:owner|developer|reviewer|viewer)["']"""
)

_LOOKS = ["see", "read", "comment", "post_check"]
_JUDGES = [*_LOOKS, "review", "suggest", "give_sample"]
_MAKES = [*_JUDGES, "edit", "draft", "train", "build", "ask", "share", "publish", "push", "deploy", "describe"]
_ON_PROJECT = {
    "owner": [*_MAKES[:-1], "override_gate", "describe", "play", "manage", "play_tests", "change_tests"],
    "developer": _MAKES,
    "reviewer": _JUDGES,
    "viewer": _LOOKS,
}
_DEVICES = ["claim_devices", "change_devices", "read_device_logs"]
_ON_ORGANISATION = {
    "owner": [
        "see_organisation",
        "manage_members",
        "rename_organisation",
        "read_audit",
        "manage_webhooks",
        "create_project",
        *_DEVICES,
        "lock_out_devices",
    ],
    "developer": ["see_organisation", "create_project", *_DEVICES],
    "reviewer": ["see_organisation"],
    "viewer": ["see_organisation"],
}


@each_case("kind", ["owner", "developer", "reviewer", "viewer"])
def test_projects_organisations_and_the_state_say_what_one_may_do(
    kind: str, project: Project, people: dict[str, Any], browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(people[kind])

    def get_json(path: str) -> Any:
        return browser.get(f"/api/v1/{path}").json()

    assert get_json("projects/acme/kitchen")["may"] == _ON_PROJECT[kind]
    assert get_json("projects/acme/kitchen/state")["may"] == _ON_PROJECT[kind]
    assert [each["may"] for each in get_json("projects")["results"]] == [_ON_PROJECT[kind]]
    assert get_json("organisations/acme")["may"] == _ON_ORGANISATION[kind]
    assert [each["may"] for each in get_json("organisations")["organisations"]] == [_ON_ORGANISATION[kind]]


def test_a_visitor_may_see_a_public_project_and_no_more(
    project: Project, browser_of: Callable[[User | None], Client]
) -> None:
    Project.objects.update(visibility="public")
    assert browser_of(None).get("/api/v1/projects/acme/kitchen").json()["may"] == ["see"]


def test_who_makes_an_organisation_is_told_at_once_that_it_is_theirs(client: Client) -> None:
    organisation = client.post("/api/v1/organisations", {"name": "fresh"}, content_type="application/json").json()
    assert organisation["may"] == _ON_ORGANISATION["owner"]


@pytest.mark.slow
def test_no_page_compares_roles() -> None:
    pages = [
        path
        for folder, kinds in (("frontend/src", ("*.ts", "*.tsx")), ("templates", ("*.html",)))
        for kind in kinds
        for path in (_ROOT / folder).rglob(kind)
        # The roles of the library's signed documents are not those of people.
        if ".test." not in path.name and "sdk" not in path.parts
    ]
    assert len(pages) > 500
    wrong = {path.relative_to(_ROOT).as_posix() for path in pages if _ROLE_COMPARED.search(path.read_text())}
    assert wrong == set(), "ask `may` of the answer, or a verb of the view"


@pytest.mark.parametrize(
    "text",
    [
        'me.role === "owner"',
        "session.me.role !== 'viewer'",
        '{% if role == "developer" %}',
        "membership.role == 'owner'",
        '"viewer" !== role',
    ],
)
def test_a_compared_role_is_found(text: str) -> None:
    assert _ROLE_COMPARED.search(text)


@pytest.mark.slow
def test_a_build_says_who_may_judge_it(
    project: Project,
    developer: User,
    viewer: User,
    browser_of: Callable[[User | None], Client],
) -> None:
    build = built(developer, project)

    def may(person: User) -> list[str]:
        answer = browser_of(person).get(f"/api/v1/builds/{build.pk}/reviews").json()
        verbs: list[str] = answer["may"]
        return verbs

    assert may(viewer) == _LOOKS
    assert may(developer) == [verb for verb in _MAKES if verb != "review"]
