"""Tokens: shown once, kept as a hash, held to their scopes and their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token, delete_token, require_second_factor
from forge.accounts.models import ApiToken, Invitation, Membership, Organisation, Role, User
from forge.accounts.principals import acting_as
from forge.accounts.scopes import Scope
from forge.accounts.tokens.secrets import find_token
from forge.core.errors import Invalid, NotFound, PersonNeeded
from forge.projects.models import Project
from tests.support.forge.factories.preconditions import etag_headers

pytestmark = pytest.mark.django_db


def _ask(secret: str, method: str = "get", path: str = "/api/v1/projects", data: object = None) -> int:
    call = getattr(Client(), method)
    headers = {"Authorization": f"Bearer {secret}"} | (etag_headers(path) if method == "patch" else {})
    status: int = call(path, data=data, content_type="application/json", headers=headers).status_code
    return status


def test_a_token_lets_its_owner_in_and_notes_that_it_was_used(user: User) -> None:
    token, secret = create_token(user, "bench", ["read"], None)
    assert secret.startswith("hf_")
    assert token.hint == secret[-4:]
    assert secret not in str(list(ApiToken.objects.values()))
    assert _ask(secret) == 200
    token.refresh_from_db()
    assert token.last_used is not None


@pytest.mark.protects("sign-in/token-scopes")
def test_a_token_reads_or_writes_as_its_scopes_say(project: Project, user: User) -> None:
    path = "/api/v1/projects/acme/kitchen"
    for scopes, reads, writes in [(["read"], 200, 403), (["write"], 200, 200), (["registry"], 403, 403)]:
        _, secret = create_token(user, "bench", scopes, None)
        assert _ask(secret, path=path) == reads
        assert _ask(secret, "patch", path, {"description": "x"}) == writes


@pytest.mark.protects("sign-in/token-scopes")
def test_an_ended_a_deleted_and_an_unknown_token_answer_alike(user: User) -> None:
    token, secret = create_token(user, "bench", ["read"], None)
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert find_token(secret) is None
    assert _ask(secret) == 401
    delete_token(user, token.pk)
    assert _ask(secret) == 401
    assert _ask("hf_unknown") == 401
    assert _ask("") == 401


def test_a_token_of_a_closed_account_is_dead(user: User) -> None:
    _, secret = create_token(user, "bench", ["read"], None)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert find_token(secret) is None


def test_a_token_ends_within_a_year_and_in_ninety_days_unless_said(user: User) -> None:
    token, _ = create_token(user, "bench", ["read"], None)
    assert token.expires is not None
    assert timedelta(days=89) < token.expires - timezone.now() < timedelta(days=91)
    for expires in (timezone.now() + timedelta(days=400), timezone.now() - timedelta(days=1)):
        with pytest.raises(Invalid):
            create_token(user, "bench", ["read"], expires)


@pytest.mark.parametrize(("name", "scopes"), [("", ["read"]), ("x", []), ("x", ["read", "root"]), ("x" * 81, ["read"])])
def test_a_token_without_a_purpose_or_with_other_scopes_is_refused(user: User, name: str, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        create_token(user, name, scopes, None)


def test_nobody_ends_the_token_of_another(user: User, owner: User) -> None:
    token, _ = create_token(user, "bench", ["read"], None)
    with pytest.raises(NotFound):
        delete_token(owner, token.pk)


@pytest.mark.protects("sign-in/identity-by-token")
@pytest.mark.parametrize("scopes", [["write"], list(Scope)])
def test_a_token_makes_lists_and_deletes_no_tokens(user: User, scopes: list[str]) -> None:
    _, secret = create_token(user, "bench", scopes, None)
    other, _ = create_token(user, "other", ["read"], None)
    assert _ask(secret, "post", "/api/v1/tokens", {"name": "more", "scopes": ["write"]}) == 403
    assert _ask(secret, "get", "/api/v1/tokens") == 403
    assert _ask(secret, "delete", f"/api/v1/tokens/{other.pk}") == 403
    principal = acting_as(user, find_token(secret))
    with pytest.raises(PersonNeeded):
        create_token(principal, "more", ["read"], None)
    with pytest.raises(PersonNeeded):
        delete_token(principal, other.pk)
    assert ApiToken.objects.count() == 2


@pytest.mark.slow
@pytest.mark.protects("sign-in/identity-by-token")
def test_a_token_touches_no_owner_and_does_not_leave_for_its_person(
    owner: User, user: User, organisation: Organisation
) -> None:
    """A token that manages members could else make its thief an owner, who stays when the token has ended."""
    _, secret = create_token(owner, "people", ["member:manage"], None)
    members = "/api/v1/organisations/acme/members"
    second = User.objects.create_user("second@example.org", name="Second")
    Membership.objects.create(organisation=organisation, user=second, role=Role.OWNER)
    assert _ask(secret, "patch", f"{members}/{user.pk}", {"role": "owner"}) == 403
    assert _ask(secret, "patch", f"{members}/{second.pk}", {"role": "viewer"}) == 403
    assert _ask(secret, "delete", f"{members}/{second.pk}") == 403
    assert _ask(secret, "delete", f"{members}/{owner.pk}") == 403
    assert _ask(secret, "post", f"{members}/{user.pk}/hand-over") == 403
    invitations = "/api/v1/organisations/acme/invitations"
    assert _ask(secret, "post", invitations, {"role": "owner"}) == 403
    assert _ask(secret, "post", f"{invitations}/letters", {"role": "owner", "emails": ["a@example.org"]}) == 403
    with pytest.raises(PersonNeeded):
        require_second_factor(acting_as(owner, find_token(secret)), organisation, required=True)
    assert _ask(secret, "patch", f"{members}/{user.pk}", {"role": "maintainer"}) == 200
    assert _ask(secret, "delete", f"{members}/{user.pk}") == 204
    assert Membership.objects.filter(organisation=organisation, role=Role.OWNER).count() == 2
    assert not Invitation.objects.exists()


@pytest.mark.protects("sign-in/forged-requests")
def test_a_session_makes_a_token_only_with_the_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    body = {"name": "bench", "scopes": ["read"]}
    assert browser.post("/api/v1/tokens", body, content_type="application/json").status_code == 403
    browser.get("/accounts/tokens")
    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    response = browser.post("/api/v1/tokens", body, content_type="application/json", headers=headers)
    assert response.status_code == 201
    assert response.json()["token"].startswith("hf_")
    assert "token" not in browser.get("/api/v1/tokens").json()["tokens"][0]


def test_the_page_shows_a_new_token_once(client: Client) -> None:
    page = client.post("/accounts/tokens", {"name": "bench", "scopes": ["registry:pull"], "life": "30"})
    token = ApiToken.objects.get()
    assert page.content.count(b'value="hf_') == 1
    assert token.scopes == ["registry:pull"]
    listing = client.get("/accounts/tokens").content
    assert b'value="hf_' not in listing
    assert token.hint.encode() in listing
    assert client.post(f"/accounts/tokens/{token.pk}/delete").status_code == 302
    assert not ApiToken.objects.exists()
