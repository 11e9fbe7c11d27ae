"""A text that is longer than its field is refused by name, by the API and by the forms of pages: no act stores it cut,
and no database answers for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from rest_framework.fields import CharField, DictField, ListField

from forge.accounts.models import User
from forge.core.api.acts import Act
from forge.core.api.text_lengths import require_short_texts
from forge.core.errors import Invalid
from forge.fleet.devices.models import LONGEST_NOTE, Device
from tests.support.forge.addresses.acts import CASES, declared_acts
from tests.support.forge.addresses.table import Case
from tests.support.forge.addresses.things import things
from tests.support.forge.factories.preconditions import etag_form, etag_headers

__all__ = ["things"]  # fixtures

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
LONG = 10_000
"""Characters, or one more than a field takes."""
LARGEST_BODY = 1_000_000
"""Characters of a text that a test sends. A longer one is refused with its request."""
_COMMENT = "a comment is checked as such (`forge.core.threads.MAXIMUM_COMMENT`)"
UNLIMITED: Mapping[str, str] = {
    "change_requests_ask text": _COMMENT,
    "change_requests_close reason": _COMMENT,
    "change_requests_merge reason": "a reason is checked as such (`forge.core.reasons`)",
    "change_requests_resolve text": "the text of a file (`LONGEST_WRITTEN` of the act)",
    "organisations_invitations_letters_create emails": "addresses are checked as such (`forge.accounts.people.checks`)",
    "organisations_partial_update name": "a name is checked as such (`forge.accounts.names`)",
    "organisations_partial_update title": "the act names `MAX_TITLE_LENGTH`",
    "projects_invitations_letters_create emails": "addresses are checked as such (`forge.accounts.people.checks`)",
    "suggestions_decline text": _COMMENT,
    "suggestions_make text": _COMMENT,
    "threads_reply text": _COMMENT,
}
"""The texts whose act alone says how long they may be, by operation and field, and where."""
_ACTS: dict[tuple[str, str], Act] = {(name, route): act for name, route, act in declared_acts()}


WRITTEN: Mapping[str, tuple[str, ...]] = {
    "<str:organisation>/<str:name>/deployments": ("title", "choice", "kind"),
    "<str:organisation>/<str:name>/deployments/<str:deployment>/do": ("title", "origins", "promoted_from"),
    "api/v1/organisations/<str:organisation>/update-keys/replacement": ("reason",),
}
"""The texts of forms and addresses of devices and deployments that are no declaration's."""


def texts_of(act: Act) -> Iterator[tuple[str, Any]]:
    """Yields the fields of an act that take a text, or several, each with a value that is too long."""
    for name, field in act.fields.items():
        if isinstance(field, CharField):
            yield name, _long(field)
        elif isinstance(field, ListField) and isinstance(field.child, CharField):
            yield name, [_long(field.child)]
        elif isinstance(field, DictField) and isinstance(field.child, CharField):
            yield name, {"site": _long(field.child)}


def _long(field: Any) -> str:
    return "x" * max(LONG, (field.max_length or 0) + 1)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else sum(map(len, value.values() if isinstance(value, dict) else value))


def _requests() -> Iterator[tuple[Case, str, Any]]:
    for case in CASES:
        act = _ACTS.get((case[3].get("do", case[0]) if case[0] == "form" else case[0], case[1]))
        fields = texts_of(act) if act else ((name, "x" * LONG) for name in WRITTEN.get(case[1], ()))
        for name, value in fields:
            if _size(value) <= LARGEST_BODY:
                yield case, name, value


def _refused(act: Act, name: str, value: Any) -> list[str]:
    """Returns the fields that an act refuses a value of."""
    try:
        require_short_texts(act.fields, {name: value})
    except Invalid as error:
        return list(error.errors)
    return []


def test_each_text_of_each_act_has_a_limit_that_its_act_keeps() -> None:
    """The limit holds where other code calls it too, and where no test has an address for it."""
    texts = [(act, name, value) for _, _, act in declared_acts() for name, value in texts_of(act)]
    limited = {f"{act.operation} {name}": _refused(act, name, value) == [name] for act, name, value in texts}
    assert sorted(name for name, is_limited in limited.items() if not is_limited) == sorted(UNLIMITED)


@pytest.mark.usefixtures("wheels")
def test_a_text_that_is_too_long_is_refused(things: dict[str, str], owner: User, browser_of: Browser) -> None:
    wrong = []
    browser = browser_of(owner)
    cookies = browser.cookies
    for (method, route, address, body, _), name, value in _requests():
        cache.clear()
        browser.cookies = deepcopy(cookies)
        path = "/" + things.get(address, address or route).lstrip("/")
        with transaction.atomic():
            if method == "form":
                answer = browser.post(path, etag_form(path, **{**body, name: value}))
            else:
                headers = etag_headers(path, body)
                answer = browser.generic(
                    method.upper(), path, json.dumps({**body, name: value}), "application/json", headers=headers
                )
            transaction.set_rollback(True)
        if not 400 <= answer.status_code < 500:
            wrong.append(f"{method} {route} {(body or {}).get('do', '')} {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "form",
    [
        {"do": "key", "name": "x" * LONG},
        {"do": "lines", "key": "x" * LONG},
        {"do": "serve", "choice": f"fixed {'x' * LONG}"},
        {"do": "bind", "group": f"{'x' * LONG} 1"},
        {"do": "replace-keys", "reason": "x" * LONG},
    ],
)
def test_the_other_buttons_of_a_deployment_refuse_it(
    things: dict[str, str], client: Client, form: dict[str, str]
) -> None:
    path = "/acme/kitchen/deployments/website/do"
    assert 400 <= client.post(path, etag_form(path, **form)).status_code < 500


def test_a_page_says_which_field_is_too_long(things: dict[str, str], client: Client) -> None:
    answer = client.post("/acme/devices/claim/make", {"do": "code", "note": "x" * LONG})
    assert answer.status_code == 400
    assert f"Enter at most {LONGEST_NOTE} characters; this text has {LONG}." in answer.content.decode()


def test_a_line_break_of_a_form_is_one_character(things: dict[str, str], client: Client) -> None:
    """The page's own limit counts so, though browsers send two."""
    path = "/acme/devices/gate-7/do"
    note = "x" * (LONGEST_NOTE - 2) + "\r\ny"
    assert client.post(path, etag_form(path, do="change", note=note)).status_code == 302
    assert len(Device.objects.get(name="gate-7").note) <= LONGEST_NOTE
