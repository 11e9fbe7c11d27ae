"""Tokens that reach several organisations: who reads the names of which places, and what an owner of one ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token, remove_member
from forge.accounts.audit.filters import EntryFilter
from forge.accounts.audit.log import all_entries
from forge.accounts.grants.actions import end_members_thing
from forge.accounts.models import ApiToken, Membership, Organisation, Role, User
from forge.accounts.principals import acting_as
from forge.accounts.tokens.secrets import find_token
from forge.core.models import AuditEntry
from forge.projects.actions import update_project
from forge.projects.models import Project
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Webhook

pytestmark = [pytest.mark.django_db, pytest.mark.protects("roles/places-of-tokens")]

Browser = Callable[[User | None], Client]


@pytest.fixture
def elsewhere(stranger: Any) -> Project:
    """A project of another organisation."""
    return Project.objects.create(
        organisation=Organisation.objects.get(name="other"), name="secret-product", created_by=stranger
    )


@pytest.fixture
def both(organisation: Organisation, stranger: User, elsewhere: Project) -> User:
    """An owner of `acme` and of another organisation."""
    Membership.objects.create(organisation=organisation, user=stranger, role=Role.OWNER)
    return User.objects.get(pk=stranger.pk)


def _grants(person: User) -> str:
    return f"/api/v1/organisations/acme/members/{person.pk}/grants"


def test_an_owner_reads_no_names_of_another_organisation(
    project: Project, owner: User, both: User, elsewhere: Project, browser_of: Browser
) -> None:
    create_token(both, "ci", ["read"], None, [project.stream, elsewhere.stream])
    (theirs,) = browser_of(owner).get(_grants(both)).json()["grants"]
    assert theirs["place"] == "acme/kitchen"
    (own,) = browser_of(both).get("/api/v1/me/grants").json()["grants"]
    assert set(own["place"].split(", ")) == {"acme/kitchen", "other/secret-product"}


def test_an_owner_ends_a_token_in_their_own_organisation_alone(
    project: Project, organisation: Organisation, owner: User, both: User, elsewhere: Project, browser_of: Browser
) -> None:
    reach = [project.stream, organisation.stream, elsewhere.stream]
    token, secret = create_token(both, "ci", ["read", "webhook:manage"], None, reach)
    create_webhook(both, organisation, "https://example.org/hook", ["publish"])
    Webhook.objects.update(created_by_token=token.pk)
    path = f"{_grants(both)}/token/{token.pk}"
    assert browser_of(owner).delete(path).status_code == 204
    assert browser_of(owner).delete(path).status_code == 404

    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/projects/acme/kitchen").status_code == 404
    assert program.get("/api/v1/projects/other/secret-product").status_code == 200
    assert ApiToken.objects.get().restriction == [elsewhere.stream]
    assert not Webhook.objects.on().exists(), "what it made there ended"

    left = AuditEntry.objects.filter(action="grant.leave")
    assert {each.organisation for each in left} == {organisation.pk, None}
    own = browser_of(both).get("/api/v1/me/audit?what=grant.leave").json()["results"]
    assert [each["sentence"] for each in own] == [
        f"{owner} ended Token “ci” of {both} for acme; it works on elsewhere."
    ]


def test_a_token_that_reaches_nothing_else_ends(
    project: Project, owner: User, both: User, elsewhere: Project, browser_of: Browser
) -> None:
    token, secret = create_token(both, "ci", ["read"], None, [project.stream, elsewhere.stream])
    Membership.objects.filter(organisation=elsewhere.organisation).delete()
    assert browser_of(owner).delete(f"{_grants(both)}/token/{token.pk}").status_code == 204
    assert find_token(secret) is None
    assert AuditEntry.objects.filter(action="grant.lose").count() == 1
    assert not AuditEntry.objects.filter(action="grant.leave").exists()


def test_the_log_of_the_installation_has_each_end_of_a_token_once(
    project: Project, organisation: Organisation, owner: User, both: User, elsewhere: Project
) -> None:
    create_token(both, "for acme", ["read"], None, [project.stream])
    token, _ = create_token(both, "for both", ["read"], None, [project.stream, elsewhere.stream])
    end_members_thing(acting_as(owner), organisation, both.pk, "token", token.pk)
    remove_member(owner, organisation, both.pk)
    entries = EntryFilter.narrow({"what": "members"}, all_entries())
    assert sorted(each.action for each in entries) == ["grant.leave", "grant.lose", "member.remove"]


def test_who_left_reads_no_name_that_a_project_has_since(
    project: Project, organisation: Organisation, owner: User, both: User, elsewhere: Project, browser_of: Browser
) -> None:
    create_token(both, "ci", ["read"], None, [project.stream, elsewhere.stream])
    remove_member(owner, organisation, both.pk)
    update_project(owner, project, name="secret-merger")
    browser = browser_of(both)
    assert [each["place"] for each in browser.get("/api/v1/me/grants").json()["grants"]] == ["other/secret-product"]
    for page in ("/accounts/made", "/accounts/tokens"):
        text = browser.get(page).content.decode()
        assert "other/secret-product" in text, page
        assert "secret-merger" not in text, page
