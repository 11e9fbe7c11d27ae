"""The sign-in of Docker's clients: a challenge, a pass for some repositories, and what the pass opens and does not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.test import Client

from forge.accounts.actions import create_token, delete_token
from forge.accounts.models import ApiToken
from forge.accounts.tokens.authorization import PASS_PREFIX, PASS_SECONDS
from forge.projects.actions import update_project
from forge.projects.models import Project
from tests.support.clients.registry_client import (
    RegistryClient,
    code,
    credentials,
    image,
    sha,
    take_all,
)

pytestmark = pytest.mark.django_db

YEARS = 3653 * 86_400.0
"""Seconds."""


def ask(headers: dict[str, str], *scopes: str) -> Any:
    query = urlencode([("service", "testserver"), ("account", "anyone"), *(("scope", each) for each in scopes)])
    return Client().get(f"/v2/token?{query}", headers=headers)


def pass_of(headers: dict[str, str], *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {json.loads(ask(headers, *scopes).content)['token']}"}


@pytest.mark.slow
def test_the_challenge_names_the_scope_and_its_pass_pushes(project: Any, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    headers = credentials(developer)
    challenge = RegistryClient({}).begin()["WWW-Authenticate"]
    match = re.fullmatch(r'Bearer realm="([^"]+)",service="([^"]+)",scope="([^"]+)"', challenge)
    assert match is not None
    assert match.groups() == ("http://testserver/v2/token", "testserver", "repository:acme/kitchen:pull,push")
    answer = json.loads(ask(headers, match[3]).content)
    assert answer["token"] == answer["access_token"]
    assert answer["expires_in"] == PASS_SECONDS
    client = RegistryClient({"Authorization": f"Bearer {answer['token']}"})
    manifest = client.push_image("latest", b"layer")
    assert client.get(f"manifests/{sha(manifest)}").status_code == 200
    assert code(client.delete("manifests/latest"))[0] == 401


@pytest.mark.slow
@pytest.mark.protects("registry/passes")
def test_a_pass_opens_what_it_was_asked_for_and_no_more(project: Any, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    headers = credentials(developer)
    RegistryClient(headers).push_image("latest", b"layer")
    pulling = RegistryClient(pass_of(headers, "repository:acme/kitchen:pull"))
    assert pulling.get("manifests/latest").status_code == 200
    response = pulling.begin()
    assert code(response) == (401, "UNAUTHORIZED")
    assert 'scope="repository:acme/kitchen:pull,push"' in response["WWW-Authenticate"]
    elsewhere = RegistryClient(pass_of(headers, "repository:acme/garden:pull,push,delete"))
    assert code(elsewhere.get("manifests/latest")) == (401, "UNAUTHORIZED")
    assert code(elsewhere.push_manifest(image(), "latest")) == (401, "UNAUTHORIZED")
    everything = RegistryClient(pass_of(headers, "repository:acme/kitchen:*"))
    assert everything.delete("manifests/latest").status_code == 202


@pytest.mark.protects("registry/passes")
@pytest.mark.parametrize("scope", ["repository:acme/kitchen:push,delete", "repository:acme/kitchen:*"])
def test_nobody_gets_a_pass_for_more_than_they_may(
    project: Any, viewer: Any, developer: Any, stranger: Any, scope: str
) -> None:
    for headers in (
        credentials(viewer, "registry:push"),
        credentials(developer, "registry:pull"),
        credentials(stranger),
        {},
    ):
        client = RegistryClient(pass_of(headers, scope))
        assert client.begin().status_code in (401, 403)
        assert client.delete("manifests/latest").status_code in (401, 403)


@pytest.mark.protects("registry/passes")
def test_a_pass_ends_after_minutes_and_with_its_token(project: Any, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    headers = credentials(developer)
    client = RegistryClient(pass_of(headers, "repository:acme/kitchen:pull,push"))
    assert client.begin().status_code == 202
    later = time.time() + PASS_SECONDS + 1
    with patch("django.core.signing.time.time", return_value=later):
        assert code(client.begin()) == (401, "UNAUTHORIZED")
    delete_token(developer, ApiToken.objects.get().pk)
    assert code(client.begin()) == (401, "UNAUTHORIZED")


@pytest.mark.protects("registry/passes")
@pytest.mark.parametrize("by", [YEARS, -YEARS])
def test_a_pass_of_a_clock_that_was_years_off_opens_nothing_once_it_is_set(
    project: Any, developer: Any, by: float
) -> None:
    headers, real = credentials(developer), time.time
    with patch("django.core.signing.time.time", lambda: real() + by):
        client = RegistryClient(pass_of(headers, "repository:acme/kitchen:pull"))
        assert client.get("tags/list").status_code != 401
    assert code(client.get("tags/list")) == (401, "UNAUTHORIZED")
    assert RegistryClient(pass_of(headers, "repository:acme/kitchen:pull")).get("tags/list").status_code != 401


@pytest.mark.protects("registry/passes")
def test_a_pass_ends_with_the_right_of_its_owner(project: Any, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    client = RegistryClient(pass_of(credentials(developer), "repository:acme/kitchen:pull,push"))
    location = client.begin()["Location"]
    developer.memberships.all().delete()
    assert client.begin().status_code == 404
    assert client.send("PATCH", location, b"layer").status_code == 404
    developer.is_active = False
    developer.save(update_fields=["is_active"])
    assert code(client.begin()) == (401, "UNAUTHORIZED")


@pytest.mark.protects("registry/passes")
@pytest.mark.parametrize("forge", [lambda value: value[:-1], lambda value: value + "x", lambda value: PASS_PREFIX])
def test_a_pass_that_was_changed_is_none(project: Any, developer: Any, forge: Callable[[str], str]) -> None:
    value = pass_of(credentials(developer), "repository:acme/kitchen:pull")["Authorization"].removeprefix("Bearer ")
    assert code(RegistryClient({"Authorization": f"Bearer {forge(value)}"}).get("tags/list")) == (401, "UNAUTHORIZED")


def test_a_pass_opens_nothing_but_the_registry(project: Any, developer: Any) -> None:
    headers = pass_of(credentials(developer), "repository:acme/kitchen:pull,push")
    assert Client().get("/api/v1/projects", headers=headers).status_code == 401


@pytest.mark.slow
def test_a_visitor_gets_a_pass_for_what_is_public(project: Any, developer: Any, owner: Any, organisation: Any) -> None:
    take_all(organisation)
    manifest = RegistryClient(credentials(developer)).push_image("nightly", b"layer")
    assert RegistryClient(pass_of({}, "repository:acme/kitchen:pull")).get("tags/list").status_code == 401
    update_project(owner, project, visibility="public")
    visitor = RegistryClient(pass_of({}, "repository:acme/kitchen:pull,push"))
    assert visitor.get(f"manifests/{sha(manifest)}").status_code == 200
    assert visitor.begin().status_code == 401


def test_bad_credentials_and_other_methods_get_no_pass(project: Any, developer: Any) -> None:
    assert code(ask({"Authorization": "Basic d2hvZXZlcjpub3RoaW5n"})) == (401, "UNAUTHORIZED")
    # Its token is valid, so no other try of the same helps.
    other_scope = ask(credentials(developer, "project:read"))
    assert code(other_scope) == (403, "DENIED")
    assert b"Create one with the scope registry:pull on the page Tokens" in other_scope.content
    assert code(Client().post("/v2/token", {"grant_type": "password"})) == (405, "UNSUPPORTED")


def test_a_token_of_one_project_pushes_to_that_alone(project: Any, developer: Any, organisation: Any) -> None:
    take_all(organisation)
    Project.objects.create(organisation=organisation, name="garden", created_by=developer)
    _, secret = create_token(developer, "ci", ["registry:push"], None, [f"project:{project.pk}"])
    headers = {"Authorization": f"Bearer {secret}"}
    assert RegistryClient(headers).begin().status_code == 202
    assert RegistryClient(headers, "acme/garden").begin().status_code in (403, 404)
