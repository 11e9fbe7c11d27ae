"""Every address of change requests, asked by each kind of person, and what each is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from forge.accounts.models import Membership, Organisation, Role, User
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.actions import begin_thread, close_change_request, offer_changes
from forge.reviews.changes.access import find_change_request
from forge.reviews.changes.merging import merging_of
from tests.support.forge.factories.changes import RUNEFILE, built_merged, forked, offered
from tests.support.forge.outsiders import ask, name_of
from tests.support.shares import SHARE_OF_PEOPLE_AND_ALL, kinds_to_ask

pytestmark = pytest.mark.django_db

# The partner made the fork and reads the project by a role in it; the outsider is another member of the fork's
# organisation, who may edit the fork and sees nothing of the project.
KINDS = ("owner", "developer", "reviewer", "viewer", "partner", "outsider", "anonymous")
READ = (200, 200, 200, 200, 200, 404, 401)
CREATED = (201, 201, 201, 201, 201, 404, 401)
EDITOR = (200, 200, 403, 403, 403, 404, 401)
READY = (409, 409, 403, 403, 403, 404, 401)
PAGE = (200, 200, 200, 200, 200, 404, 302)
SENT = (302, 302, 302, 302, 302, 404, 302)
SENT_BY_EDITOR = (302, 302, 403, 403, 403, 404, 302)
NOT_READY = (409, 409, 403, 403, 403, 404, 302)
OF_FORK = (404, 404, 404, 404, 200, 200, 401)

_C, _P, _F = "/api/v1/change-requests/{change}", "/api/v1/projects/acme/kitchen", "/api/v1/projects/other/turns"
CASES: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("get", f"{_P}/change-requests", None, READ),
    ("get", f"{_P}/offers", None, READ),
    ("post", f"{_P}/offers", {"title": "No fork"}, READY),
    ("get", f"{_F}/offers", None, OF_FORK),
    ("post", f"{_F}/offers", {"title": "More"}, (404, 404, 404, 404, 201, 409, 401)),
    ("get", _C, None, READ),
    ("post", f"{_C}/offer", {}, (404, 404, 404, 404, 200, 404, 401)),
    ("post", f"{_C}/resolutions", {"conflict": "{conflict}", "side": "ours"}, EDITOR),
    ("delete", f"{_C}/resolutions", None, EDITOR),
    ("post", f"{_C}/builds", {}, READY),
    ("post", f"{_C}/merge", {}, READY),
    ("post", f"{_C}/merge", {"reason": "now"}, (409, 403, 403, 403, 403, 404, 401)),
    ("post", f"{_C}/undo", {}, READY),
    ("post", f"{_C}/close", {"reason": "no"}, (200, 200, 403, 403, 200, 404, 401)),
    ("post", "/api/v1/change-requests/{closed}/reopen", {}, EDITOR),
    ("get", f"{_C}/preview", None, READ),
    ("post", f"{_C}/preview", {}, (201, 201, 403, 403, 403, 404, 401)),
    ("delete", f"{_C}/preview", None, (204, 204, 403, 403, 403, 404, 401)),
    ("get", "/acme/kitchen/change-requests/1/preview", None, PAGE),
    ("form", "/acme/kitchen/change-requests/1/preview", {"do": "end"}, SENT_BY_EDITOR),
    ("get", f"{_C}/threads", None, READ),
    ("post", f"{_C}/threads", {"text": "hello"}, CREATED),
    ("post", "/api/v1/threads/{thread}/comments", {"text": "hello"}, CREATED),
    ("get", "/acme/kitchen/change-requests", None, PAGE),
    ("get", "/acme/kitchen/change-requests?show=all", None, PAGE),
    ("get", "/acme/kitchen/change-requests/1", None, PAGE),
    ("get", "/acme/kitchen/change-requests/2", None, PAGE),
    ("get", "/acme/kitchen/change-requests/3", None, PAGE),
    ("get", "/acme/kitchen/change-requests/1/conversation", None, PAGE),
    ("form", "/acme/kitchen/change-requests/1/respond", {"do": "say", "text": "hello"}, SENT),
    ("form", "/acme/kitchen/change-requests/1/respond", {"do": "start-over"}, SENT_BY_EDITOR),
    (
        "form",
        "/acme/kitchen/change-requests/1/respond",
        {"do": "resolve", "conflict": "{conflict}", "side": "theirs"},
        SENT_BY_EDITOR,
    ),
    ("form", "/acme/kitchen/change-requests/1/respond", {"do": "build"}, NOT_READY),
    ("form", "/acme/kitchen/change-requests/1/respond", {"do": "merge"}, NOT_READY),
    ("form", "/acme/kitchen/change-requests/1/respond", {"do": "undo"}, NOT_READY),
    (
        "form",
        "/acme/kitchen/change-requests/3/respond",
        {"do": "merge-past", "reason": "now"},
        (302, 403, 403, 403, 403, 404, 302),
    ),
    ("form", "/acme/kitchen/change-requests/2/respond", {"do": "reopen"}, SENT_BY_EDITOR),
    (
        "form",
        "/acme/kitchen/change-requests/1/respond",
        {"do": "close", "reason": "no"},
        (302, 302, 403, 403, 302, 404, 302),
    ),
    ("form", "/acme/kitchen/change-requests/1/respond", {"do": "what"}, (400, 400, 400, 400, 400, 404, 302)),
    ("form", "/acme/kitchen/threads/{thread}", {"text": "hello"}, SENT),
    ("get", "/other/turns/offer", None, (404, 404, 404, 404, 200, 200, 302)),
    ("form", "/other/turns/offer", {"title": "More"}, (404, 404, 404, 404, 302, 409, 302)),
    ("form", "/other/turns/offer", {"do": "newer", "offer": "{change}"}, (404, 404, 404, 404, 302, 400, 302)),
    ("form", "/other/turns/offer", {"do": "close", "offer": "{change}"}, (404, 404, 404, 404, 302, 400, 302)),
]


@pytest.fixture
def parameters(project: Project, owner: User, developer: User, stranger: User) -> dict[str, str]:
    """A change request with a conflict, one that is closed, and one whose merged result is built."""
    fork = forked(owner, developer, stranger, project)
    partner = User.objects.get(pk=stranger.pk)
    request = offered(partner, fork, ("2.5", "3"))
    thread = begin_thread(partner, request, "How far?")
    closed = offer_changes(partner, fork, "Again")
    close_change_request(developer, find_change_request(developer, closed.pk), "One is enough.")
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "2").encode())
    write_file(partner, fork, "Runefile.yml", RUNEFILE.encode())
    write_file(partner, fork, "notes.md", b"mine")
    built_merged(developer, offer_changes(partner, fork, "Notes"))
    (conflict,) = merging_of(find_change_request(developer, request.pk)).conflicts
    return {
        "change": str(request.pk),
        "closed": str(closed.pk),
        "thread": str(thread.pk),
        "conflict": conflict.key,
    }


def kinds_for(case: tuple[str, str, Any, tuple[int, ...]]) -> set[str]:
    return kinds_to_ask(name_of(case), dict(zip(KINDS, case[3], strict=True)))


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
@SHARE_OF_PEOPLE_AND_ALL
def test_each_kind_of_person_is_answered_as_the_table_says(
    whole: bool, parameters: dict[str, str], people: dict[str, Any], browser_of: Callable[[User | None], Client]
) -> None:
    outsider = User.objects.create_user("olga@other.example", name="Olga")
    Membership.objects.create(organisation=Organisation.objects.get(name="other"), user=outsider, role=Role.DEVELOPER)
    who = {**people, "partner": people["stranger"], "outsider": outsider}
    browsers = {kind: browser_of(who[kind]) for kind in KINDS}
    wrong = []
    for case in CASES:
        method, address, body, answers = case
        roles = KINDS if whole else kinds_for(case)
        path = address.format(**parameters)
        payload = {name: text.format(**parameters) for name, text in body.items()} if isinstance(body, dict) else body
        for kind, expected in zip(KINDS, answers, strict=True):
            if kind not in roles:
                continue
            # Each case starts from the same state, whatever the one before it did.
            with transaction.atomic():
                status = ask(browsers[kind], method, path, payload)
                transaction.set_rollback(True)
            if status != expected:
                wrong.append(f"{kind}: {method} {path} {payload}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_each_kind_is_asked_by_something() -> None:
    assert {kind for case in CASES for kind in kinds_for(case)} == set(KINDS)
