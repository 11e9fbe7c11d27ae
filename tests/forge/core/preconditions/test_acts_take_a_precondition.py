"""Each act of the API on something that moves takes `If-Match`; each other one says here why it needs none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from django.urls import URLPattern, get_resolver

from forge.core.api.failures import declared_errors
from forge.core.api.states import COMPARES, ENDS, MAKES, MERGES, OPENS, OWN, SETS, WORKS, State
from forge.core.api.views import ForgeView
from forge.core.errors import Conflict, PreconditionRequired, Stale

WRITES = ("post", "put", "patch", "delete")
READS_IF_MATCH = {"request_precondition", "required_if_match"}
"""The functions by which a view reads the header, and refuses a request without it."""

_P = "projects/<str:organisation>/<str:name>"
_O = "organisations/<str:organisation>"
_C = "change-requests/<uuid:change_id>"
_R = "reviews/<uuid:review_id>"
_B = "builds/<uuid:build_id>"
_T = f"{_P}/tags/<str:tag>"
EXEMPT: Mapping[str, State] = {
    "DELETE data/consents/<uuid:consent_id>": ENDS,
    "POST data/consents/<uuid:consent_id>/agree-anew": OWN,
    f"POST {_B}/cancel": ENDS,
    f"PUT {_B}/checks/<str:check>": SETS,
    f"POST {_B}/firmware": WORKS,
    f"POST {_B}/stages": WORKS,
    f"POST {_B}/reviews/undo": OWN,
    f"POST {_B}/threads": MAKES,
    f"POST {_B}/wrong-results": MAKES,
    f"POST {_C}/offer": MAKES,
    f"POST {_C}/threads": MAKES,
    "POST device-sign-ins": MAKES,
    "POST device-sign-ins/token": OWN,
    "POST jobs/<uuid:job_id>/cancel": ENDS,
    "POST jobs/<uuid:job_id>/retry": WORKS,
    "DELETE me/hints/<str:hint>": OWN,
    "DELETE me/grants/<str:kind>/<uuid:grant>": ENDS,
    "PATCH me/notices": OWN,
    "PATCH notices/<uuid:notice_id>": OWN,
    "POST notices/read": OWN,
    "POST organisations": MAKES,
    f"DELETE {_O}/members/<uuid:member>": ENDS,
    f"POST {_O}/teams": MAKES,
    f"DELETE {_O}/teams/<str:team>/members/<uuid:member>": ENDS,
    "POST projects": MAKES,
    f"POST {_P}/archive": MERGES,
    f"POST {_P}/builds": MAKES,
    f"POST {_P}/data/consents": MAKES,
    f"POST {_P}/data/imports": MAKES,
    f"PUT {_P}/data/imports/<uuid:import_id>/bytes": COMPARES,
    f"POST {_P}/searches": MAKES,
    f"POST {_P}/training": MAKES,
    f"POST {_P}/training/needs": WORKS,
    f"POST {_P}/training/teach": MAKES,
    f"POST {_P}/training/augmentation": WORKS,
    f"POST {_P}/model-inputs": COMPARES,
    f"POST {_P}/model-inputs/trial": WORKS,
    f"POST {_P}/conversions": MAKES,
    f"PUT {_P}/conversions/<uuid:conversion_id>/weights": COMPARES,
    f"PUT {_P}/conversions/<uuid:conversion_id>/samples": COMPARES,
    f"POST {_P}/conversions/<uuid:conversion_id>/restart": COMPARES,
    f"POST {_P}/conversions/<uuid:conversion_id>/environment": WORKS,
    f"POST {_P}/conversions/<uuid:conversion_id>/forms/<int:number>/apply": MAKES,
    f"POST {_P}/data/imports/<uuid:import_id>/start": COMPARES,
    f"DELETE {_P}/data/imports/<uuid:import_id>": ENDS,
    f"POST {_P}/data/samples": MAKES,
    f"DELETE {_P}/data/samples/<int:number>": ENDS,
    f"POST {_P}/data/samples/marks": COMPARES,
    f"POST {_P}/data/samples/deletions": ENDS,
    f"POST {_P}/data/samples/<int:number>/parts": COMPARES,
    f"POST {_P}/data/analysis": WORKS,
    f"POST {_P}/data/analysis/environment": WORKS,
    f"PUT {_P}/deployments/<str:deployment>/image": SETS,
    f"POST {_P}/duplicate": MAKES,
    f"PUT {_P}/favourite": OWN,
    f"POST {_P}/files/<path:path>/copy": MAKES,
    f"POST {_P}/files/<path:path>/rename": MERGES,
    f"POST {_P}/fork": MAKES,
    f"POST {_P}/language": WORKS,
    f"POST {_P}/offers": MAKES,
    f"DELETE {_P}/people/<uuid:person>": ENDS,
    f"POST {_P}/phones": MAKES,
    f"DELETE {_P}/phones": ENDS,
    f"POST {_P}/preview": WORKS,
    f"POST {_P}/preview/watch": WORKS,
    f"POST {_P}/repository": COMPARES,
    f"POST {_P}/restore": OPENS,
    f"POST {_P}/reviews": MAKES,
    f"POST {_P}/samples": MAKES,
    f"POST {_P}/samples/import": MAKES,
    f"POST {_P}/samples/import/preview": WORKS,
    f"DELETE {_P}/teams/<str:team>": ENDS,
    f"POST {_P}/versions": MAKES,
    f"PUT {_P}/watch": OWN,
    "POST collect/<uuid:link_id>/agree": COMPARES,
    "POST collect/<uuid:link_id>/enter": OWN,
    "POST collect/<uuid:link_id>/leave": OWN,
    "POST collect/<uuid:link_id>/recordings": MAKES,
    "POST player/<str:organisation>/<str:name>/enter": OWN,
    "POST player/<str:organisation>/<str:name>/leave": OWN,
    "POST projects/from-archive": MAKES,
    "POST projects/from-git": MAKES,
    "POST projects/from-model": MAKES,
    f"POST {_R}/rounds": MAKES,
    f"POST {_R}/threads": MAKES,
    f"POST {_R}/trials": WORKS,
    f"POST {_R}/wrong-results": MAKES,
    "DELETE samples/<uuid:sample_id>": ENDS,
    "POST tokens": MAKES,
    "DELETE tokens/<uuid:token>": ENDS,
}
"""Acts that take no state, with the reason."""


def acts() -> Iterator[tuple[str, type[ForgeView], str]]:
    """`METHOD route` of each act of the API, its view and the method in small letters."""
    for route, view in _views(get_resolver(), ""):
        for method in WRITES:
            if hasattr(view, method):
                yield f"{method.upper()} {route.removeprefix('api/v1/')}", view, method


def _views(resolver: object, before: str) -> Iterator[tuple[str, type[ForgeView]]]:
    for pattern in resolver.url_patterns:  # type: ignore[attr-defined]
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from _views(pattern, route)
            continue
        view = getattr(pattern.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, ForgeView):
            yield route, view


def takes_state(view: type[ForgeView], method: str) -> bool:
    return PreconditionRequired in declared_errors(view, method)


def names_in(view: type[ForgeView], method: str) -> set[str]:
    """The names that a method uses, or the method of a view above that it stands for."""
    handlers = [vars(each)[method] for each in view.__mro__ if method in vars(each)]
    return {name for handler in handlers for name in handler.__code__.co_names}


@pytest.mark.protects("reviews/no-precondition")
def test_an_act_takes_a_precondition_or_says_why_not() -> None:
    """A declared act says it itself."""
    without = {act for act, view, method in acts() if method not in view.acts and not takes_state(view, method)}
    assert without == set(EXEMPT), "new acts take If-Match (docs/reference/api.md), or are in EXEMPT with a reason"


@pytest.mark.protects("reviews/no-precondition")
def test_an_act_that_compares_by_itself_says_what_it_refuses() -> None:
    comparing = {act: declared_errors(view, method) for act, view, method in acts() if EXEMPT.get(act) == COMPARES}
    assert len(comparing) > 5
    assert [
        act for act, errors in comparing.items() if not any(issubclass(each, (Conflict, Stale)) for each in errors)
    ] == []


@pytest.mark.protects("reviews/no-precondition")
def test_an_act_that_takes_a_state_reads_it() -> None:
    claims = [(act, names_in(view, method)) for act, view, method in acts() if takes_state(view, method)]
    assert len(claims) > 20
    assert [act for act, names in claims if not READS_IF_MATCH & names] == []
