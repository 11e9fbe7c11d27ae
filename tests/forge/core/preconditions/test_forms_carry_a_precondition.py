"""Each form of a page either carries the state that its person saw, or says here why it needs none."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from forge.core.api.states import COMPARES, ENDS, HIGHEST, IF_MATCH, MAKES, OPENS, OWN, SETS, WORKS, State

CARRIES = IF_MATCH
"""The form has the field `etag`, and the page's view reads it."""
NAMES = State(False, "The form or its address names the build, whose bytes never change, and in a review the round.")

_O = "<str:organisation>/-"
_P = "<str:organisation>/<str:name>"
FORMS: Mapping[str, State] = {
    "<str:organisation>/<str:name>/drafts/<int:number>/build": MAKES,
    "<str:organisation>/<str:name>/deployments/<str:deployment>/rollouts": CARRIES,
    "recordings/<uuid:consent_id>/agree": OWN,
    "recordings/<uuid:consent_id>/withdraw": ENDS,
    f"{_O}/deleted/<str:name>/restore": OPENS,
    f"{_O}/hand-over": HIGHEST,
    f"{_O}/invitations": MAKES,
    f"{_O}/invitations/<uuid:invitation>/revoke": ENDS,
    f"{_O}/jobs/<uuid:job>/do": WORKS,
    f"{_O}/members/<uuid:member>": CARRIES,
    f"{_O}/members/<uuid:member>/made/<str:kind>/<uuid:grant>": ENDS,
    f"{_O}/second-factor": SETS,
    f"{_O}/settings": CARRIES,
    f"{_O}/settings/registry": CARRIES,
    f"{_O}/settings/rules": CARRIES,
    f"{_O}/settings/signing": CARRIES,
    f"{_O}/settings/webhooks": MAKES,
    f"{_O}/settings/webhooks/<uuid:webhook>/deliveries/<uuid:delivery>/repeat": WORKS,
    f"{_O}/settings/webhooks/<uuid:webhook>/do": CARRIES,
    f"{_O}/teams": MAKES,
    f"{_O}/teams/<str:team>/do": CARRIES,
    "<str:organisation>/devices/do": COMPARES,
    "<str:organisation>/devices/labels": COMPARES,
    f"{_P}/builds": MAKES,
    f"{_P}/builds/<int:number>/ask": MAKES,
    f"{_P}/builds/<int:number>/cancel": ENDS,
    f"{_P}/builds/<int:number>/publish": CARRIES,
    f"{_P}/builds/<int:number>/publish-past-gate": CARRIES,
    f"{_P}/builds/<int:number>/respond": NAMES,
    f"{_P}/change-requests/<int:number>/preview": MAKES,
    f"{_P}/change-requests/<int:number>/respond": CARRIES,
    f"{_P}/comments/<uuid:comment_id>": CARRIES,
    f"{_P}/begin": MAKES,
    f"{_P}/copy": MAKES,
    "collect/<uuid:link_id>/receipt": ENDS,
    f"{_P}/data/collect": MAKES,
    f"{_P}/data/collect/<uuid:link_id>/end": ENDS,
    f"{_P}/data/waiting": COMPARES,
    f"{_P}/data/imports": MAKES,
    f"{_P}/data/imports/<uuid:import_id>/start": COMPARES,
    f"{_P}/data/imports/<uuid:import_id>/discard": ENDS,
    f"{_P}/data/analysis": WORKS,
    f"{_P}/data/analysis/environment": WORKS,
    f"{_P}/data/mark": COMPARES,
    f"{_P}/data/licence": SETS,
    f"{_P}/data/playing": CARRIES,
    f"{_P}/data/queue": OWN,
    f"{_P}/data/samples/<int:number>/delete": ENDS,
    f"{_P}/models/convert": MAKES,
    f"{_P}/models/declared/again": COMPARES,
    f"{_P}/searches/begin": MAKES,
    f"{_P}/searches/<int:number>/stop": ENDS,
    f"{_P}/searches/<int:number>/resume": WORKS,
    f"{_P}/searches/<int:number>/prepare": WORKS,
    f"{_P}/searches/<int:number>/discard": ENDS,
    f"{_P}/searches/<int:number>/trials/<int:trial>/change": MAKES,
    f"{_P}/searches/<int:number>/trials/<int:trial>/use": MAKES,
    f"{_P}/start/examples": MAKES,
    f"{_P}/start/examples/remove": ENDS,
    f"{_P}/start/phone": MAKES,
    f"{_P}/start/phone/<uuid:link_id>/end": ENDS,
    f"{_P}/training/begin": MAKES,
    f"{_P}/training/<int:number>/again": MAKES,
    f"{_P}/training/<int:number>/use": MAKES,
    f"{_P}/training/<int:number>/discard": ENDS,
    f"{_P}/training/<int:number>/<slug:verb>": ENDS,
    f"{_P}/models/input/try": WORKS,
    f"{_P}/models/input/write": COMPARES,
    f"{_P}/models/<uuid:conversion_id>/restart": COMPARES,
    f"{_P}/models/<uuid:conversion_id>/environment": WORKS,
    f"{_P}/models/<uuid:conversion_id>/mix": MAKES,
    f"{_P}/models/<uuid:conversion_id>/apply": MAKES,
    f"{_P}/models/<uuid:conversion_id>/boards": CARRIES,
    f"{_P}/models/<uuid:conversion_id>/discard": ENDS,
    f"{_P}/data/versions": COMPARES,
    f"{_P}/deployments": MAKES,
    f"{_P}/drafts/<int:number>/stop": ENDS,
    f"{_P}/deployments/<str:deployment>/do": CARRIES,
    f"{_P}/boards": CARRIES,
    f"{_P}/offer": CARRIES,
    f"{_P}/published/mirrors": CARRIES,
    f"{_P}/published/trash": NAMES,
    f"{_P}/push": CARRIES,
    f"{_P}/reviews/<int:number>/close": CARRIES,
    f"{_P}/reviews/<int:number>/guests": MAKES,
    f"{_P}/reviews/<int:number>/guests/<uuid:link>": ENDS,
    f"{_P}/reviews/<int:number>/respond": NAMES,
    f"{_P}/reviews/<int:number>/suggest": MAKES,
    f"{_P}/settings": CARRIES,
    f"{_P}/share/invitations": MAKES,
    f"{_P}/share/invitations/<uuid:invitation>/revoke": ENDS,
    f"{_P}/share/people/<uuid:person>": CARRIES,
    f"{_P}/share/teams": CARRIES,
    f"{_P}/suggestions/<uuid:thread_id>": COMPARES,
    f"{_P}/threads/<uuid:thread_id>": CARRIES,
    f"{_P}/watch": OWN,
    "accounts/2fa/authenticate/": OWN,
    "accounts/2fa/reauthenticate/": OWN,
    "accounts/2fa/recovery-codes/generate/": OWN,
    "accounts/2fa/totp/activate/": OWN,
    "accounts/2fa/totp/deactivate/": OWN,
    "accounts/address": OWN,
    "accounts/confirm": OWN,
    "accounts/device": OWN,
    "accounts/favourites": OWN,
    "accounts/password-reset": OWN,
    "accounts/login/": OWN,
    "accounts/logout/": OWN,
    "accounts/made/<str:kind>/<uuid:grant>/end": OWN,
    "accounts/notices/<uuid:notice>": OWN,
    "accounts/notices/read-all": OWN,
    "accounts/notices/settings": OWN,
    "accounts/notices/unsubscribe/<str:token>": OWN,
    "accounts/password": OWN,
    "accounts/profile": OWN,
    "accounts/reauthenticate/": OWN,
    "accounts/reset": OWN,
    "accounts/sessions/<uuid:session>/end": OWN,
    "accounts/sessions/end-others": OWN,
    "accounts/tokens": OWN,
    "accounts/tokens/<uuid:token>/delete": OWN,
    "join": OWN,
    "new": MAKES,
    "oauth/authorise": OWN,
    "oauth/register": MAKES,
    "oauth/revoke": ENDS,
    "oauth/token": OWN,
    "new/from-archive": MAKES,
    "new/from-git": MAKES,
    "organisations/new": MAKES,
    "sign-in": OWN,
    "try/reviews/<uuid:review_id>": OWN,
    "try/reviews/<uuid:review_id>/say": MAKES,
}
"""The addresses that take a form, each with the reason for which it takes no state."""


def forms() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each address outside of the API that takes POST, and its view."""
    for route, view in _patterns(get_resolver(), ""):
        is_page = not hasattr(view, "cls")  # those are of the API
        if is_page and (hasattr(getattr(view, "view_class", None), "post") or "POST" in _methods(view, frozenset())):
            yield route, view


def _patterns(resolver: Any, before: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _patterns(pattern, route)


def _methods(view: object, above: frozenset[int]) -> frozenset[str]:
    """The methods that `require_http_methods` lets through, anywhere among the decorators; none without it."""
    code = getattr(view, "__code__", None)
    if code is None or id(view) in above:
        return frozenset()
    cells = dict(zip(code.co_freevars, getattr(view, "__closure__", None) or (), strict=True))
    if "request_method_list" in cells:
        return frozenset(cells["request_method_list"].cell_contents)
    inner = [cell.cell_contents for cell in cells.values()]
    return frozenset().union(*(_methods(each, above | {id(view)}) for each in inner))


@pytest.mark.protects("reviews/no-precondition")
def test_each_form_is_declared() -> None:
    undeclared = {route for route, view in forms() if not hasattr(view, "acts")}
    assert undeclared == set(FORMS), "a new form is a `form_view` of declared acts, carries `etag`, or is in FORMS"


@pytest.mark.protects("reviews/no-precondition")
def test_a_form_that_carries_a_state_has_a_view_that_reads_it() -> None:
    views = {route: inspect.getmodule(inspect.unwrap(view)) for route, view in forms()}
    carry = [route for route, reason in FORMS.items() if reason == CARRIES]
    assert len(carry) > 15
    assert [route for route in carry if not hasattr(views[route], "form_precondition")] == []


def test_no_view_takes_a_form_without_declaring_its_method() -> None:
    """A view without `require_http_methods` would be in no table."""
    routes = {route for route, _ in forms()}
    plain = [(route, inspect.unwrap(view)) for route, view in _patterns(get_resolver(), "") if route not in routes]
    reading = [route for route, view in plain if "POST" in getattr(getattr(view, "__code__", None), "co_names", ())]
    assert reading == []
