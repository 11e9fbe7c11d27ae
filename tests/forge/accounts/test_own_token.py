"""A program asks what its own token may do, whatever its scopes are."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.tokens.actions.tokens import create_token
from forge.projects.models import Project

ADDRESS = "/api/v1/me/token"


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["registry:pull", "build:run"])
def test_a_token_of_any_scopes_is_told_them_without_its_secret(developer: User, project: Project, scope: str) -> None:
    token, secret = create_token(developer, "ci", [scope], None)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get(ADDRESS)
    assert (answer.status_code, answer.json()["scopes"]) == (200, token.scopes)
    assert scope in token.scopes
    assert secret not in answer.content.decode()


@pytest.mark.django_db
def test_a_restricted_token_is_told_its_scopes_too(developer: User, project: Project) -> None:
    token, secret = create_token(developer, "ci", ["registry:pull"], None, [project.stream])
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get(ADDRESS)
    assert (answer.status_code, answer.json()["restriction"]) == (200, token.restriction)


@pytest.mark.django_db
def test_who_has_no_token_is_told_so(client: Client, project: Project) -> None:
    assert "without a token" in client.get(ADDRESS).json()["detail"]
    assert Client().get(ADDRESS).status_code == 401
