"""The actor of a request is one value, whose roles are read at most once, and never kept for longer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from forge.accounts.actions import create_token
from forge.accounts.models import Membership, Organisation, Role, User
from forge.accounts.permissions import Verb, can, verbs_on
from forge.accounts.principals import VISITOR, PrincipalKind, acting_as, principal_of
from forge.projects.models import Project
from tests.support.forge.factories.preconditions import etag_form, etag_headers

pytestmark = pytest.mark.django_db

_RAW = "application/octet-stream"
REQUESTS: list[tuple[str, str, Any]] = [
    ("get", "/api/v1/projects", None),
    ("patch", "/api/v1/projects/acme/kitchen", {"description": "new", "name": "bench"}),
    ("put", "/api/v1/projects/acme/kitchen/files/a.md", b"x"),
    ("post", "/api/v1/projects/acme/kitchen/versions", {"message": "x"}),
    ("post", "/api/v1/projects/acme/kitchen/builds", {}),
    ("get", "/api/v1/projects/acme/kitchen/state", None),
    ("get", "/api/v1/me", None),
    ("get", "/", None),
    ("get", "/acme", None),
    ("get", "/acme/kitchen", None),
    ("get", "/acme/kitchen/studio", None),
    ("get", "/acme/kitchen/builds", None),
    ("get", "/new", None),
    ("post", "/acme/kitchen/settings", {"name": "kitchen", "description": "other"}),
]


def _role_queries(queries: CaptureQueriesContext) -> list[str]:
    """Returns the queries that ask for memberships of one person, whose id stands in them."""
    statements = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in statements if re.search(r""""accounts_membership"\."user_id" = \(?'[0-9a-f]""", sql)]


def _ask(client: Client, method: str, path: str, body: Any, headers: dict[str, str]) -> list[str]:
    """The queries for roles that one request makes."""
    kind = {"content_type": _RAW if isinstance(body, bytes) else "application/json"} if path.startswith("/api/") else {}
    if method != "get":
        headers = headers | etag_headers(path, body)
        body = body if path.startswith("/api/") else etag_form(path, **body)
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(path, body, headers=headers, **kind)
    assert answer.status_code < 400
    return _role_queries(queries)


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_a_request_asks_once_for_roles(project: Project, client: Client, method: str, path: str, body: Any) -> None:
    assert len(_ask(client, method, path, body, {})) == 1


@pytest.mark.parametrize(("method", "path", "body"), [case for case in REQUESTS if case[1].startswith("/api/")])
def test_a_request_with_a_token_asks_once_for_roles(
    project: Project, user: User, method: str, path: str, body: Any
) -> None:
    _, secret = create_token(user, "bench", ["write"], None)
    assert len(_ask(Client(), method, path, body, {"Authorization": f"Bearer {secret}"})) == 1


@pytest.mark.protects("roles/former-members")
def test_a_principal_reads_roles_once_and_a_fresh_one_reads_them_anew(project: Project, user: User) -> None:
    principal = acting_as(user)
    assert can(principal, Verb.EDIT, project)
    Membership.objects.filter(user=user).update(role=Role.VIEWER)
    assert can(principal, Verb.EDIT, project)
    assert not can(principal.afresh(), Verb.EDIT, project)
    assert not can(user, Verb.EDIT, project)


def test_a_principal_cannot_be_changed(user: User) -> None:
    with pytest.raises(FrozenInstanceError):
        acting_as(user).kind = PrincipalKind.INSTALLATION  # type: ignore[misc]


def test_a_visitor_has_no_person_and_asks_nothing(
    project: Project, django_assert_num_queries: Callable[..., Any]
) -> None:
    visitor = acting_as(AnonymousUser())
    with django_assert_num_queries(0):
        assert visitor is VISITOR
        assert (visitor.pk, visitor.person, dict(visitor.roles)) == (None, None, {})
        assert verbs_on(visitor, project) == frozenset()
        project.visibility = "public"
        assert verbs_on(visitor, project) == {Verb.SEE}


def test_a_token_acts_as_itself_with_its_owner_behind_it(user: User) -> None:
    token, _ = create_token(user, "bench", ["write"], None)
    principal = acting_as(user, token)
    assert (principal.kind, principal.id, principal.person) == (PrincipalKind.TOKEN, str(token.pk), user)


def test_who_signs_in_half_way_through_a_request_is_somebody_else_from_then_on(
    organisation: Organisation, user: User
) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert principal_of(request) is VISITOR
    request.user = user
    first = principal_of(request)
    assert first.pk == user.pk
    assert principal_of(request) is first
