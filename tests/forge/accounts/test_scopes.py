"""The rights of a token: one scope for each address and method, and never more than its owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from forge.accounts.actions import create_token
from forge.accounts.models import ApiToken, Invitation, User
from forge.accounts.permissions import SCOPES_OF, Verb
from forge.accounts.scopes import SCOPE_NAMES, SCOPE_TEXTS, SHORT, Scope, expand_scopes
from forge.core.api.views import PERSON, ForgeView
from forge.core.models import AuditEntry
from forge.projects.models import Project
from tests.support.forge.addresses.all_cases import CASES
from tests.support.forge.addresses.table import ALLOWED, COLUMNS, Case, answers_of, is_answered, name_of
from tests.support.forge.addresses.things import things
from tests.support.forge.factories.preconditions import etag_headers
from tests.support.shares import table_by_kind

__all__ = ["things"]

_API = [case for case in CASES if case[1].startswith("api/v1/")]
_RAW = "application/octet-stream"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def _views(resolver: Any, before: str = "") -> Iterator[tuple[str, type[Any]]]:
    """The classes of all addresses of the API that are ours."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from _views(pattern, route)
        elif route.startswith("api/v1/") and issubclass(getattr(pattern.callback, "cls", object), ForgeView):
            yield route, vars(pattern.callback)["cls"]


_VIEWS = dict(_views(get_resolver()))


def _ask(secret: str, case: Any, addresses: dict[str, str]) -> int:
    """Asks with a token and returns the answer; what the request changes is undone."""
    method, route, address, body, _ = case
    path = "/" + addresses.get(address, address or route)
    kind = _RAW if isinstance(body, bytes) else "application/json"
    more = {} if method == "get" else {"data": body, "content_type": kind}
    cache.clear()
    with transaction.atomic():
        headers = {"Authorization": f"Bearer {secret}", **etag_headers(path, body)}
        answer = getattr(Client(), method)(path, headers=headers, **more)
        transaction.set_rollback(True)
    status: int = answer.status_code
    return status


_OF_TOKENS = [case for case in _API if _VIEWS[case[1]].needs[case[0]] != PERSON]
_OF_PEOPLE = [case for case in _API if _VIEWS[case[1]].needs[case[0]] == PERSON]
_PEOPLE = tuple(kind for kind in COLUMNS if kind != "anonymous")


def _without_visitor(answers: dict[str, int]) -> dict[str, int]:
    return {kind: answers[kind] for kind in _PEOPLE}


def test_each_route_of_the_api_says_which_scope_each_method_takes() -> None:
    for route, view in _VIEWS.items():
        assert set(view.needs) == {method for method in _METHODS if hasattr(view, method)}, route
        assert {scope for scope in view.needs.values() if scope is not None} <= {PERSON, *Scope}, route


_ALSO_READING = {
    ("delete", "api/v1/data/consents/<uuid:consent_id>"),
    ("delete", "api/v1/projects/<str:organisation>/<str:name>/data/imports/<uuid:import_id>"),
    ("put", "api/v1/projects/<str:organisation>/<str:name>/data/imports/<uuid:import_id>/bytes"),
    ("post", "api/v1/projects/<str:organisation>/<str:name>/data/imports/<uuid:import_id>/start"),
    ("delete", "api/v1/projects/<str:organisation>/<str:name>/data/samples/<int:number>"),
    ("post", "api/v1/projects/<str:organisation>/<str:name>/data/samples/deletions"),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/registry/trash"),
    ("delete", "api/v1/samples/<uuid:sample_id>"),
    ("patch", "api/v1/notices/<uuid:notice_id>"),
    ("post", "api/v1/projects/<str:organisation>/<str:name>/duplicate"),
    ("post", "api/v1/projects/<str:organisation>/<str:name>/fork"),
    ("put", "api/v1/projects/<str:organisation>/<str:name>/favourite"),
    ("put", "api/v1/projects/<str:organisation>/<str:name>/watch"),
}
_OF_ITS_OWN_ALONE = {
    ("post", "api/v1/organisations/<str:organisation>/webhooks/<uuid:webhook_id>/rotate"),
}
"""The answers to a token about webhooks that it made, and about no others."""


@pytest.mark.slow
@pytest.mark.protects("sign-in/token-scopes")
@pytest.mark.django_db
def test_a_token_with_the_scope_is_let_in_and_one_with_all_others_is_not(owner: User, things: dict[str, str]) -> None:
    wrong = []
    for case in _API:
        method, route, _, _, answers = case
        need = _VIEWS[route].needs[method]
        if need is None or need == PERSON:
            continue
        _, alone = create_token(owner, "alone", [need], None)
        _, others = create_token(owner, "others", list(Scope), None)
        ApiToken.objects.filter(name="others").update(scopes=[scope for scope in Scope if scope != need])
        statuses = (_ask(alone, case, things), _ask(others, case, things))
        expected = answers[0]
        if (method, route) in _ALSO_READING:
            expected = 404  # it is about a project, which takes reading or managing that one as well
        if (method, route) in _OF_ITS_OWN_ALONE:
            expected = 403
        if not is_answered(statuses[0], expected) or statuses[1] != 403:
            wrong.append(f"{method} {route} with {need}: {statuses}, not {(expected, 403)}")
        ApiToken.objects.filter(name="others").delete()
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.protects("sign-in/token-scopes")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "cases"), table_by_kind(_PEOPLE, _OF_TOKENS, lambda case: _without_visitor(answers_of(case)), name_of, 3)
)
def test_a_token_with_all_scopes_may_do_what_its_owner_may_and_no_more(
    kind: str, cases: list[Case], people: dict[str, Any], things: dict[str, str]
) -> None:
    """People of each role are asked all of it by the matrix itself."""
    _, secret = create_token(people[kind], "all", list(Scope), None)
    answers = [(case, _ask(secret, case, things), _expected(case, kind)) for case in cases]
    assert [each for each in answers if not is_answered(each[1], each[2])] == []


_ABOUT_THE_TOKEN = {("get", "api/v1/me/token")}
"""The answers that a token gets about itself, and a person gets none."""


def _expected(case: Case, kind: str) -> int:
    """The answer to somebody's token: the same as to themself, except about the token's own things."""
    if case[:2] in _ABOUT_THE_TOKEN:
        return 200
    status = case[4][COLUMNS.index(kind)]
    return 403 if status in (200, ALLOWED) and case[:2] in _OF_ITS_OWN_ALONE else status


@pytest.mark.slow
@pytest.mark.protects("sign-in/token-scopes")
@pytest.mark.django_db
def test_a_short_name_has_nothing_in_it_that_makes_people_tokens_or_visibility(project: Project, owner: User) -> None:
    _, secret = create_token(owner, "bench", ["read", "write", "registry"], None)

    def ask(method: str, path: str, data: Any) -> int:
        headers = {"Authorization": f"Bearer {secret}"} | etag_headers(f"/api/v1/{path}")
        call = getattr(Client(), method)
        status: int = call(f"/api/v1/{path}", data, content_type="application/json", headers=headers).status_code
        return status

    assert ask("post", "organisations/acme/invitations", {"role": "owner"}) == 403
    assert ask("post", "tokens", {"name": "x", "scopes": ["read"]}) == 403
    assert ask("patch", "projects/acme/kitchen", {"visibility": "public"}) == 403
    assert ask("delete", "projects/acme/kitchen", None) == 403
    assert ask("post", "organisations", {"name": "fresh"}) == 403
    assert ask("patch", "projects/acme/kitchen", {"description": "new"}) == 200
    assert not Invitation.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("sign-in/identity-by-token")
@pytest.mark.django_db
def test_what_concerns_who_somebody_is_takes_a_person(owner: User, things: dict[str, str]) -> None:
    """Tokens, phones, and who owns an organisation: a token with all scopes is refused, and the log says so."""
    _, secret = create_token(owner, "all", list(Scope), None)
    routes = {(method, route.rpartition("/api/v1/")[2]) for method, route, *_ in _OF_PEOPLE}
    assert {
        ("get", "api/v1/tokens"),
        ("post", "api/v1/tokens"),
        ("delete", "api/v1/tokens/<uuid:token>"),
        ("post", "api/v1/projects/<str:organisation>/<str:name>/phones"),
        ("post", "api/v1/organisations/<str:organisation>/members/<uuid:member>/hand-over"),
    } <= routes
    for case in _OF_PEOPLE:
        assert _ask(secret, case, things) == 403, case
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/tokens", headers=headers).json()["title"] == "This needs a person"
    assert AuditEntry.objects.filter(action="access.refuse", data__where="/api/v1/tokens").exists()


@pytest.mark.django_db
def test_what_a_token_may_is_said_within_its_scopes(project: Project, owner: User) -> None:
    _, secret = create_token(owner, "bench", ["build:run"], None)
    answer = Client().get("/api/v1/projects/acme/kitchen", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["may"] == ["see", "read", "build", "play", "play_tests"]


def test_every_verb_has_a_scope_and_every_scope_its_words() -> None:
    assert set(SCOPES_OF) == set(Verb)
    assert set(SCOPE_TEXTS) == set(Scope)
    assert all(expand_scopes([name]) for name in SCOPE_NAMES)


def test_changing_a_thing_takes_reading_it() -> None:
    assert expand_scopes(["build:run"]) == ["project:read", "build:run"]
    assert expand_scopes(["write"]) == expand_scopes(["registry", "write", "read"])
    assert set(expand_scopes(["write"])) == set(SHORT["write"])


@pytest.mark.django_db
def test_a_token_names_its_owners_organisations_only_with_the_scope_that_reads_them(user: User) -> None:
    def named(*scopes: str) -> list[str]:
        _, secret = create_token(user, "bench", scopes, None)
        me = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()
        return [organisation["name"] for organisation in me["organisations"]]

    assert named("account:read") == []
    assert named("account:read", "organisation:read") == ["acme"]
