"""Tokens that are restricted to organisations and projects: wherever they are used, there is nothing else for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Membership, Organisation, Role, User
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.accounts.scopes import Scope
from forge.accounts.tokens.actions import device
from forge.accounts.tokens.secrets import find_token
from forge.core.errors import Invalid
from forge.datasets.models import Sample
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db


@pytest.fixture
def beside(organisation: Organisation, owner: User) -> Project:
    """Another project of the same organisation."""
    return Project.objects.create(organisation=organisation, name="beside", created_by=owner)


@pytest.fixture
def elsewhere(owner: User) -> Project:
    """A project of another organisation that the same person owns."""
    other = Organisation.objects.create(name="second")
    Membership.objects.create(organisation=other, user=owner, role=Role.OWNER)
    return Project.objects.create(organisation=other, name="lab", created_by=owner)


def _ask(secret: str, path: str, method: str = "get", body: Any = None) -> Any:
    call = getattr(Client(), method)
    return call(f"/api/v1/{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.protects("sign-in/token-restrictions")
def test_a_token_of_a_project_sees_that_project_and_nothing_else(
    project: Project, beside: Project, elsewhere: Project, owner: User
) -> None:
    _, secret = create_token(owner, "ci", ["read", "write"], None, [project.stream])
    statuses = {
        path: _ask(secret, f"projects/{path}").status_code for path in ("acme/kitchen", "acme/beside", "second/lab")
    }
    assert statuses == {"acme/kitchen": 200, "acme/beside": 404, "second/lab": 404}
    assert [each["name"] for each in _ask(secret, "projects").json()["results"]] == ["kitchen"]
    assert _ask(secret, "organisations/acme").status_code == 403
    assert _ask(secret, "projects/acme/beside", "patch", {"description": "x"}).status_code == 404


@pytest.mark.protects("sign-in/token-restrictions")
def test_a_token_of_an_organisation_sees_all_its_projects_and_no_other_organisation(
    project: Project, beside: Project, elsewhere: Project, owner: User, organisation: Organisation
) -> None:
    _, secret = create_token(owner, "ci", ["read", "member:manage"], None, [organisation.stream])
    names = {each["name"] for each in _ask(secret, "projects").json()["results"]}
    assert names == {"kitchen", "beside"}
    assert _ask(secret, "projects/second/lab").status_code == 404
    assert [each["name"] for each in _ask(secret, "organisations").json()["organisations"]] == ["acme"]
    assert _ask(secret, "organisations/second").status_code == 404
    body = {"role": "viewer"}
    assert _ask(secret, "organisations/acme/invitations", "post", body).status_code == 201
    assert _ask(secret, "organisations/second/invitations", "post", body).status_code == 404


@pytest.mark.slow
@pytest.mark.protects("sign-in/token-restrictions")
def test_it_is_held_at_the_registry_too(project: Project, beside: Project, owner: User, developer: User) -> None:
    write_file(developer, beside, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: {}\n")
    for each in (project, beside):
        publish_build(developer, approved(built(developer, each)), "latest")
    _, secret = create_token(owner, "pull", ["registry"], None, [project.stream])
    headers = {"Authorization": f"Bearer {secret}"}
    statuses = [
        Client().get(f"/v2/acme/{name}/tags/list", headers=headers).status_code for name in ("kitchen", "beside")
    ]
    assert statuses == [200, 404]


@pytest.mark.protects("sign-in/token-restrictions")
def test_it_is_held_for_whatever_asks_by_principal_as_sockets_do(
    project: Project, beside: Project, owner: User
) -> None:
    _, secret = create_token(owner, "ci", ["write"], None, [project.stream])
    token = find_token(secret)
    principal = acting_as(owner, token)
    assert can(principal, Verb.EDIT, project)
    assert not can(principal, Verb.SEE, beside)
    assert list(Project.objects.of_member(principal)) == [project]
    assert list(Project.objects.visible_to(principal)) == [project]
    assert not Sample.objects.visible_to(principal).exists()


def test_a_reach_gives_no_more_than_the_owners_role(project: Project, owner: User, organisation: Organisation) -> None:
    _, secret = create_token(owner, "ci", ["write"], None, [project.stream])
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    assert _ask(secret, "projects/acme/kitchen", "patch", {"description": "x"}).status_code == 403
    Membership.objects.filter(user=owner).delete()
    assert _ask(secret, "projects/acme/kitchen").status_code == 404


@pytest.mark.parametrize("scope", [Scope.ACCOUNT_READ, Scope.ACCOUNT_WRITE, Scope.ORGANISATION_CREATE])
def test_what_is_of_no_organisation_is_not_for_a_token_that_is_held(
    scope: Scope, organisation: Organisation, owner: User
) -> None:
    with pytest.raises(Invalid, match=str(scope)):
        create_token(owner, "ci", [scope], None, [organisation.stream])


def test_short_names_leave_out_what_means_nothing_there(project: Project, owner: User) -> None:
    token, _ = create_token(owner, "ci", ["read"], None, [project.stream])
    assert token.scopes == ["project:read", "registry:pull"]
    with pytest.raises(Invalid):
        create_token(owner, "ci", ["member:manage"], None, [project.stream])


def test_a_token_is_held_to_things_of_ones_own_alone(project: Project, stranger: User) -> None:
    for restriction in ([project.stream], [project.organisation.stream], ["project:x"], ["nonsense"], []):
        with pytest.raises(Invalid):
            create_token(stranger, "ci", ["read"], None, restriction)


@pytest.mark.protects("sign-in/token-restrictions")
def test_a_token_that_is_held_makes_no_freer_one(project: Project, owner: User) -> None:
    _, secret = create_token(owner, "ci", ["read", "write", "admin"], None, [project.organisation.stream])
    assert _ask(secret, "tokens", "post", {"name": "x", "scopes": ["read"]}).status_code == 403


@pytest.mark.slow
def test_the_api_and_the_page_make_such_tokens(project: Project, client: Client) -> None:
    body = {"name": "ci", "scopes": ["read"], "restriction": [project.stream]}
    response = client.post("/api/v1/tokens", body, content_type="application/json")
    assert (response.status_code, response.json()["restriction"]) == (201, [project.stream])
    body["restriction"] = ["robot:x"]
    assert client.post("/api/v1/tokens", body, content_type="application/json").status_code == 400
    form = {"name": "page", "scopes": ["registry:pull"], "restriction": "some", "restricted_to": [project.stream]}
    assert b"Token page created" in client.post("/accounts/tokens", form).content
    assert "Reaches acme/kitchen" in compact(client.get("/accounts/tokens").content.decode())
    answer = client.post("/accounts/tokens", form | {"restricted_to": []})
    assert answer.status_code == 400
    assert b"Choose at least one" in answer.content


@pytest.mark.protects("sign-in/token-restrictions")
def test_a_machine_is_let_in_to_what_its_person_chose(project: Project, beside: Project, client: Client) -> None:
    sign_in = device.start("bench")
    form = {"token": sign_in.user_code, "step": "allow", "restriction": "some", "restricted_to": ["project:nonsense"]}
    assert client.post("/accounts/device", form).status_code == 400
    assert client.post("/accounts/device", form | {"restricted_to": [project.stream]}).status_code == 200
    token, _ = device.redeem(sign_in.device_code)
    assert token.restriction == [project.stream]
