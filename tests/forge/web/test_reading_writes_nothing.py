"""Every address, read by a member, a token and a visitor: no row is written and nothing is built because of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from forge.accounts.actions import create_token
from forge.accounts.models import User
from forge.builds.actions import request_build
from forge.builds.models import Preview, PreviewState
from forge.builds.previews import notify
from forge.projects.models import Project
from tests.support.forge.outsider_requests import Names, Which, each_address, filled, quarters
from tests.support.forge.outsiders import build, names

__all__ = ["build", "names"]  # fixtures

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]

WRITES: dict[str, tuple[str, str]] = {
    "token": (
        "UPDATE accounts_apitoken",
        "when a token was used last is shown to its owner; written at most every five minutes",
    ),
}
"""The writes that a reading may do, by who reads: the start of the statement, and why."""

ENTRY = "INSERT core_auditentry"
_P = "/api/v1/projects/<str:organisation>/<str:name>"
_TAKING_OUT = "the audit log has who took out what is private; once an hour for each person and thing"
_REFUSAL = "the audit log has what a token was refused; at most 30 times an hour"
AUDIT_REASONS: dict[str, dict[str, str]] = {
    "member": {
        "/api/v1/builds/<uuid:build_id>/packages/<str:target>": _TAKING_OUT,
        "/api/v1/builds/<uuid:build_id>/rune": _TAKING_OUT,
        "/api/v1/samples/<uuid:sample_id>/recording": _TAKING_OUT,
        "/player/<str:organisation>/<str:name>/runes/<str:digest>": _TAKING_OUT,
        f"{_P}/archive": _TAKING_OUT,
        f"{_P}/blocks/<str:block>/<str:version>": _TAKING_OUT,
        f"{_P}/data/samples/<int:number>/recording": _TAKING_OUT,
        f"{_P}/data/versions/<int:number>/export": _TAKING_OUT,
        f"{_P}/files/<path:path>": _TAKING_OUT,
        f"{_P}/repository": _TAKING_OUT,
        f"{_P}/tags/<str:tag>/packages/<str:target>": _TAKING_OUT,
        f"{_P}/tags/<str:tag>/rune": _TAKING_OUT,
        f"{_P}/versions/<int:number>/archive": _TAKING_OUT,
        f"{_P}/versions/<int:number>/files/<path:path>": _TAKING_OUT,
        "/api/v1/organisations/<str:organisation>/audit/export": "the audit log has who took out the audit log",
        "/<str:organisation>/-/settings/audit/export": "the audit log has who took out the audit log",
        "/<str:organisation>/<str:name>/data/waiting/<uuid:submission_id>/recording": _TAKING_OUT,
    },
    "token": {
        "/api/v1/builds/<uuid:build_id>/packages/<str:target>": _TAKING_OUT,
        "/api/v1/builds/<uuid:build_id>/rune": _TAKING_OUT,
        "/api/v1/samples/<uuid:sample_id>/recording": _TAKING_OUT,
        f"{_P}/archive": _TAKING_OUT,
        f"{_P}/blocks/<str:block>/<str:version>": _TAKING_OUT,
        f"{_P}/data/samples/<int:number>/recording": _TAKING_OUT,
        f"{_P}/data/versions/<int:number>/export": _TAKING_OUT,
        f"{_P}/files/<path:path>": _TAKING_OUT,
        f"{_P}/repository": _TAKING_OUT,
        f"{_P}/tags/<str:tag>/packages/<str:target>": _TAKING_OUT,
        f"{_P}/tags/<str:tag>/rune": _TAKING_OUT,
        f"{_P}/versions/<int:number>/archive": _TAKING_OUT,
        f"{_P}/versions/<int:number>/files/<path:path>": _TAKING_OUT,
        f"{_P}/invitations": _REFUSAL,
        "/api/v1/me/audit": _REFUSAL,
        "/api/v1/me/grants": _REFUSAL,
        f"{_P}/mirrors": _REFUSAL,
        f"{_P}/mirrors/<str:direction>": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/audit": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/audit/export": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/invitations": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/members/<uuid:member>/grants": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/device-codes": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/device-candidates": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/device-batches": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/hand-overs": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/devices/<str:device>/requests/<int:request_id>/log": _REFUSAL,
        "/api/v1/reviews/<uuid:review_id>/guest-links": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/webhooks": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/webhooks/<uuid:webhook_id>": _REFUSAL,
        "/api/v1/organisations/<str:organisation>/webhooks/<uuid:webhook_id>/deliveries": _REFUSAL,
        "/api/v1/tokens": _REFUSAL,
    },
    "visitor": {},
}
"""The actions that record a reading, where that matters later, by who reads, and why."""

COPY = "INSERT datasets_datacopy"
"""An export is a copy that a withdrawal names later."""

_LEARNING_PAGES = ("searches", "start", "training", "models", "models/<uuid:conversion_id>")
PREPARES = {f"/<str:organisation>/<str:name>/{page}": {"forge.learning.prepare"} for page in _LEARNING_PAGES}
"""Pages on which a member may begin to train or to convert: a worker loads libraries, in one process of each kind at
most and without a job."""

QUERIES = {
    "/api/v1/projects/<str:organisation>/<str:name>/versions/compare": "?from=now",
    "/api/v1/projects/<str:organisation>/<str:name>/models/<path:path>": "?graph=1",
    "/api/v1/organisations/<str:organisation>/audit/export": "?as=csv",
    "/<str:organisation>/-/settings/audit/export": "?as=csv",
}
"""The parameters that an address needs to answer with all that it has."""

_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\s+(?:OR \w+ )?(?:INTO |FROM )?[\"`]?(\w+)", re.IGNORECASE)


class Effects:
    """The statements that write, and what was sent to build workers."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.notified: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if match := _WRITE.match(sql):
            self.written.append(f"{match[1].upper()} {match[2]}")
        return execute(sql, params, many, context)


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[Effects]]:
    """Watches the database and the notifications for as long as the context lasts."""
    current: list[Effects] = []

    def note(what: Any, *_: Any, **__: Any) -> None:
        for effects in current:
            effects.notified.append(str(what))

    monkeypatch.setattr(current_app, "send_task", note)
    monkeypatch.setattr(notify.Debounce, "touch", lambda _, key: note(key))

    @contextmanager
    def watch() -> Iterator[Effects]:
        effects = Effects()
        current.append(effects)
        with connection.execute_wrapper(effects):
            yield effects
        current.remove(effects)

    return watch


def all_routes(resolver: Any, before: str = "/") -> Iterator[str]:
    """Every address of the program."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from all_routes(pattern, route)


def reading(client: Client, address: str, headers: dict[str, str]) -> None:
    """Reads it whole."""
    answer = client.get(address, headers=headers)
    if answer.streaming:
        b"".join(answer)


def test_what_writes_and_what_notifies_is_seen(
    watching: Callable[[], AbstractContextManager[Effects]],
    owner: User,
    project: Project,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with watching() as effects, django_capture_on_commit_callbacks(execute=True):
        request_build(owner, project)
    assert "INSERT builds_build" in effects.written
    assert "forge.jobs.work" in effects.notified


@pytest.mark.slow
@pytest.mark.protects("sign-in/reading-changes-nothing")
@pytest.mark.parametrize(
    ("reader", "which"),
    [
        *(
            pytest.param(reader, quarters(*share), id=f"{reader}, a share")
            for reader, share in (("member", (0, 1)), ("token", (2,)), ("visitor", (3,)))
        ),
        *(
            pytest.param(reader, each_address, marks=pytest.mark.proof, id=f"{reader}, all")
            for reader in ("member", "token", "visitor")
        ),
    ],
)
def test_reading_writes_nothing_and_has_nothing_built(
    reader: str,
    which: Which,
    watching: Callable[[], AbstractContextManager[Effects]],
    names: Names,
    owner: User,
    project: Project,
    browser_of: Browser,
) -> None:
    # A preview that is behind its text, which a reading could be tempted to have made anew.
    Preview.objects.filter(project=project).update(state=PreviewState.BUILDING, sequence=0)
    _, secret = create_token(owner, "reader", ["read", "write"], None)
    browser = browser_of(owner if reader == "member" else None)
    headers = {"Authorization": f"Bearer {secret}"} if reader == "token" else {}
    known_writes = {WRITES[reader][0]} if reader in WRITES else set()
    wrong, statements, entries = {}, set(), set()
    routes = list(all_routes(get_resolver()))
    assert {"/", "/api/v1/me", "/<str:organisation>/<str:name>", "/v2/<path:rest>", *QUERIES} <= set(routes)
    for route in filter(which, routes):
        cache.clear()
        with watching() as effects, transaction.atomic():
            reading(browser, filled(route, names) + QUERIES.get(route, ""), headers)
            transaction.set_rollback(True)
        statements |= set(effects.written)
        audit_writes = {ENTRY} & set(effects.written)
        copy_writes = {COPY} if route == f"{_P}/data/versions/<int:number>/export" else set()
        preparations = PREPARES.get(route, set()) if reader == "member" else set()
        if writes := [
            *(set(effects.written) - known_writes - audit_writes - copy_writes),
            *(set(effects.notified) - preparations),
        ]:
            wrong[route] = writes
        if audit_writes:
            entries.add(route)
    assert wrong == {}
    assert entries == set(filter(which, AUDIT_REASONS[reader]))
    assert known_writes <= statements, "what nothing writes any more leaves the list"
