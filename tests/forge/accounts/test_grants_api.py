"""Grants, jobs and deliveries that people made, over the API: listed, ended and handed over by a person alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token, invite
from forge.accounts.grants.access import grants_of
from forge.accounts.models import Invitation, Membership, Organisation, Role, User
from forge.accounts.scopes import Scope
from forge.core.models import AuditEntry
from forge.webhooks.actions import create_webhook
from forge.webhooks.models import Webhook

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


@pytest.fixture
def second(organisation: Organisation) -> User:
    """Another owner."""
    person = User.objects.create_user("second@acme.example", name="Second")
    Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
    return person


def listed(browser: Client, address: str) -> dict[str, dict[str, Any]]:
    answer = browser.get(address)
    assert answer.status_code == 200
    return {each["kind"]: each for each in answer.json()["grants"]}


@pytest.mark.slow
def test_the_api_lists_what_the_page_lists_and_ends_it(
    organisation: Organisation, owner: User, second: User, browser_of: Browser
) -> None:
    invite(owner, organisation, "viewer")
    create_token(owner, "ci", ["read"], None)
    things = listed(browser_of(owner), "/api/v1/me/grants")
    assert {kind: (each["title"], each["works"]) for kind, each in things.items()} == {
        "invitation": ("Link for any one person to acme as viewer", True),
        "token": ("Token “ci”", True),
    }
    for each in things.values():
        address = f"/api/v1/me/grants/{each['kind']}/{each['id']}"
        assert browser_of(second).delete(address).status_code == 404
        assert browser_of(owner).delete(address).status_code == 204
        assert browser_of(owner).delete(address).status_code == 404
    assert grants_of([owner]) == []
    assert AuditEntry.objects.filter(action="grant.end").count() == 2


@pytest.mark.slow
def test_an_owner_ends_and_hands_over_what_a_member_made_in_the_organisation(
    organisation: Organisation, owner: User, second: User, developer: User, browser_of: Browser
) -> None:
    invite(owner, organisation, "viewer")
    create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    create_token(owner, "everywhere", ["read"], None)
    address, browser = f"/api/v1/organisations/acme/members/{owner.pk}/grants", browser_of(second)
    things = listed(browser, address)
    assert set(things) == {"invitation", "webhook"}, "a token that is not restricted to the organisation is not its own"
    webhook = f"{address}/webhook/{things['webhook']['id']}"

    def give_to(heir: User) -> int:
        body = {"heir": str(heir.pk)}
        return browser.post(f"{webhook}/hand-over", body, content_type="application/json").status_code

    assert give_to(developer) == 400, "the heir has no right to manage webhooks"
    assert give_to(second) == 204
    assert Webhook.objects.get().created_by == second
    assert give_to(second) == 404, "the webhook is not the first maker's any more"
    link = f"{address}/invitation/{things['invitation']['id']}"
    body = {"heir": str(second.pk)}
    response = browser.post(f"{link}/hand-over", body, content_type="application/json")
    assert response.status_code == 400
    assert "cannot be handed over" in response.json()["detail"]
    assert browser.delete(link).status_code == 204
    assert not Invitation.objects.open().exists()


@pytest.mark.protects("roles/rights-that-end")
def test_no_token_lists_ends_or_hands_over_what_works_beside_it(
    organisation: Organisation, owner: User, second: User, client: Client
) -> None:
    _, secret = create_token(owner, "all", list(Scope), None)
    webhook, _ = create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    grants, headers = f"/api/v1/organisations/acme/members/{owner.pk}/grants", {"Authorization": f"Bearer {secret}"}
    heir = {"heir": str(second.pk)}
    for method, address, body in (
        ("get", "/api/v1/me/grants", None),
        ("delete", f"/api/v1/me/grants/webhook/{webhook.pk}", None),
        ("get", grants, None),
        ("delete", f"{grants}/webhook/{webhook.pk}", None),
        ("post", f"{grants}/webhook/{webhook.pk}/hand-over", heir),
    ):
        answer = getattr(client, method)(address, body, content_type="application/json", headers=headers)
        assert answer.status_code == 403, address
        assert answer.json()["title"] == "This needs a person"
    assert Webhook.objects.on().get().created_by == owner
