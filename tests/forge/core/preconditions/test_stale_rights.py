"""A stale change of a role is refused, and so is one that names no state: a colleague changed it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import change_role, create_team
from forge.accounts.models import Membership, Organisation, Role
from forge.projects.actions import give_project_role, give_team_role
from forge.projects.models import Project
from tests.forge.core.preconditions.test_stale_acts import refused
from tests.support.forge.factories.preconditions import etag_form

pytestmark = [pytest.mark.django_db, pytest.mark.protects("reviews/stale-settings")]

Browser = Callable[[Any], Client]
API = "/api/v1"


def test_a_role_in_an_organisation(organisation: Organisation, owner: Any, viewer: Any, browser_of: Browser) -> None:
    path, client = f"{API}/organisations/acme/members/{viewer.pk}", browser_of(owner)
    act = ("patch", path, {"role": "maintainer"})
    refused(client, path, lambda: change_role(owner, organisation, viewer.pk, "reviewer"), act)
    form = f"/acme/-/members/{viewer.pk}"
    stale = client.post(form, {"role": "maintainer"})
    assert stale.status_code == 412
    assert b"is reviewer now" in client.post(form, {"role": "maintainer", "etag": "role-0"}).content
    assert Membership.objects.get(user=viewer).role == Role.REVIEWER
    assert client.post(form, etag_form(form, role="developer")).status_code == 302
    assert Membership.objects.get(user=viewer).role == Role.DEVELOPER


@pytest.mark.slow
def test_a_role_in_a_project(project: Project, owner: Any, viewer: Any, browser_of: Browser) -> None:
    path, client = f"{API}/projects/acme/kitchen/people/{viewer.pk}", browser_of(owner)
    act = ("patch", path, {"role": "maintainer"})
    refused(client, path, lambda: give_project_role(owner, project, viewer.pk, "reviewer"), act)
    form = f"/acme/kitchen/share/people/{viewer.pk}"
    assert client.post(form, {"role": "maintainer"}).status_code == 412
    assert client.get(path).json()["in_project"] == "reviewer"
    assert client.post(form, etag_form(form, role="developer")).status_code == 302
    assert client.get(path).json()["in_project"] == "developer"


@pytest.mark.slow
def test_a_role_of_a_team(
    project: Project, organisation: Organisation, owner: Any, viewer: Any, browser_of: Browser
) -> None:
    team = create_team(owner, organisation, "audio")
    path, client = f"{API}/projects/acme/kitchen/teams/audio", browser_of(owner)
    assert client.get(path).json() == {"team": "audio", "role": None}
    act = ("put", path, {"role": "maintainer"})
    refused(client, path, lambda: give_team_role(owner, team, [project], "reviewer"), act)
    on_share, on_team = "/acme/kitchen/share/teams", "/acme/-/teams/audio/do"
    fields = {"do": "give", "projects": "kitchen", "role": "maintainer"}
    assert client.post(on_share, {"team": "audio", "role": "maintainer"}).status_code == 412
    assert client.post(on_team, fields).status_code == 412
    assert client.get(path).json()["role"] == "reviewer"
    assert client.post(on_team, etag_form(on_team, **fields)).status_code == 302
    assert client.get(path).json()["role"] == "maintainer"
