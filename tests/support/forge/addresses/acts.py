"""The rows of declared acts: the declaration says who may do each, and the address and the body follow from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, get_resolver
from rest_framework.fields import (
    BooleanField,
    CharField,
    ChoiceField,
    EmailField,
    Field,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
    UUIDField,
)

from forge.accounts.permissions import ALLOWED_VERBS
from forge.core.api.acts import Act
from tests.support.forge.addresses.fleet import BATCH, CONFIRMED
from tests.support.forge.addresses.table import (
    ALLOWED,
    COLUMNS,
    NO_ID,
    ORGANISATION,
    ORGANISATION_ROUTE,
    PROJECT,
    PROJECT_ROUTE,
    Case,
    Request,
)

NAMES: Mapping[str, str] = {
    "organisation": "acme",
    "name": "kitchen",
    "tag": "0.0",
    "block": "smooth",
    "version": "1.0",
    "direction": "to",
    "number": "1",
    "trial": "1",
    "deployment": "website",
    "device": "gate-7",
    "group": "berlin",
    "rollout": "1",
    "link_id": "{link}",
}
"""The values of the names of addresses."""
THINGS: Mapping[str, str] = {
    f"{PROJECT_ROUTE}/conversions/<uuid:conversion_id>": "CONVERSION",
    f"{ORGANISATION_ROUTE}/invitations/<uuid:invitation>": "INVITATION",
    f"{ORGANISATION_ROUTE}/members/<uuid:member>/grants/<str:kind>/<uuid:grant>": "MEMBER_GRANT",
    f"{ORGANISATION_ROUTE}/members/<uuid:member>": "MEMBER",
    f"{PROJECT_ROUTE}/invitations/<uuid:invitation>": "PROJECT_INVITATION",
    f"{PROJECT_ROUTE}/deployments/<str:deployment>/keys/<uuid:key_id>": "DEPLOYMENT_KEY",
    f"{PROJECT_ROUTE}/deployments/<str:deployment>/telemetry/alerts/<uuid:alert_id>": "WATCH_ALERT",
    "<str:organisation>/<str:name>/deployments/<str:deployment>/watch/<uuid:alert_id>": "WATCH_ALERT_PAGE",
    f"{PROJECT_ROUTE}/deployments/<str:deployment>/promotion": f"{PROJECT}/deployments/production/promotion",
    f"{ORGANISATION_ROUTE}/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>": "DELIVERY",
    f"{ORGANISATION_ROUTE}/webhooks/<uuid:webhook_id>": "WEBHOOK",
    f"{ORGANISATION_ROUTE}/device-codes/<uuid:code>": "CLAIM_CODE",
    f"{ORGANISATION_ROUTE}/device-candidates/<uuid:candidate>": "CANDIDATE",
    f"{ORGANISATION_ROUTE}/device-batches/<uuid:batch>": "BATCH",
    f"{ORGANISATION_ROUTE}/devices/<str:device>/stock-": f"{ORGANISATION}/devices/stock-1/stock-",
    f"{ORGANISATION_ROUTE}/hand-overs/<uuid:hand_over>": "OFFERED_DEVICE",
    "<str:organisation>/devices/claim/codes/<uuid:code>": "CLAIM_CODE_PAGE",
    "<str:organisation>/devices/claim/candidates/<uuid:candidate>": "CANDIDATE_PAGE",
    "<str:organisation>/devices/claim/batches/<uuid:batch>": "BATCH_PAGE",
    "<str:organisation>/devices/claim/hand-overs/<uuid:hand_over>": "OFFER_PAGE",
    "api/v1/change-requests/<uuid:change_id>": "api/v1/change-requests/{change}",
    "api/v1/reviews/<uuid:review_id>": "api/v1/reviews/{review}",
    "api/v1/threads/<uuid:thread_id>/suggestion": "api/v1/threads/{suggested}/suggestion",
    "api/v1/threads/<uuid:thread_id>": "api/v1/threads/{thread}",
}
"""The addresses of things with an id, or their names in `things`, by their routes."""
BODIES: Mapping[str, Mapping[str, Any]] = {
    "deployments_create": {"title": "Phone app", "kind": "app", "tag": "stable"},
    "deployments_serve": {"tag": "stable"},
    "deployments_change": {"title": "Site"},
    "rollouts_start": {
        "tag": "beta",
        "digest": f"sha256:{'0' * 64}",
        "devices": 0,
        "plan": {"stages": [{"size": "all"}]},
    },
    "bins_take": {"version": 1},
    "change_requests_close": {"reason": "x"},
    "device_batches_create": BATCH,
    "device_candidates_enter": {"label": "f" * 16, "secret": "5e" * 16},
    "device_candidates_confirm": CONFIRMED,
    "device_groups_change": {"title": "Berlin"},
    "device_hand_overs_accept": {"name": "door-9"},
    "device_labels_change": {"query": "name=gate-7", "count": 1, "labels": ["site=bern"]},
    "device_labels_import": {"table": "gate-7,site=bern", "count": 1},
    "device_requests_create_many": {"query": "name=gate-7", "count": 1, "kind": "log"},
    "devices_change": {"labels": {"site": "hamburg"}},
    "devices_offer": {"to": "giver"},
    "watch_alerts_snooze": {"days": 7, "reason": "known for long"},
    "webhooks_create": {"url": "https://example.com/hook", "topics": ["build"]},
    "webhooks_change": {"on": False},
}
"""The bodies of the operations that do nothing with what `_example` gives."""
FIELDS: Mapping[str, Any] = {"role": "viewer", "path": "x.py", "version": "1"}
"""The values of the fields that take not just any value of their kind."""
_NAME = re.compile(r"<\w+:(\w+)>")


def _example(field: Field[Any, Any, Any, Any]) -> Any:
    """A value that a field takes. Raises `TypeError` for a kind of field that is not here yet."""
    match field:
        case ChoiceField():
            return next(iter(field.choices))
        case BooleanField():
            return True
        case IntegerField() | FloatField():
            return field.min_value or 1
        case ListField():
            return [_example(field.child)]
        case JSONField():
            return {}
        case EmailField():
            return "ana@elsewhere.example"
        case UUIDField():
            return NO_ID
        case CharField():
            return "x"
    raise TypeError(f"Add an example of {type(field).__name__} here.")


def _body(declaration: Act) -> dict[str, Any] | None:
    if declaration.operation in BODIES:
        return dict(BODIES[declaration.operation])
    fields = {name: field for name, field in declaration.fields.items() if field.required}
    body = {name: FIELDS[name] if name in FIELDS else _example(field) for name, field in fields.items()}
    return body or ({} if declaration.fields else None)


def _address(route: str) -> str:
    thing = next((each for each in THINGS if route.startswith(each)), "")
    return THINGS.get(thing, "") + _NAME.sub(lambda match: NAMES.get(match[1], NO_ID), route.removeprefix(thing))


def _answers(declaration: Act, visitor: int) -> tuple[int, ...]:
    members = COLUMNS[:-2]
    return (*(ALLOWED if declaration.verb in ALLOWED_VERBS[role] else 403 for role in members), 404, visitor)


def _views(resolver: Any, before: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, getattr(pattern.callback, "cls", pattern.callback)
        else:
            yield from _views(pattern, route)


def declared_acts() -> Iterator[tuple[str, str, Act]]:
    """Yields the method, or the button of a page's form, the route and the declaration of each act."""
    for route, view in _views(get_resolver(), ""):
        yield from ((name, route, declaration) for name, declaration in getattr(view, "acts", {}).items())


def _case(name: str, route: str, declaration: Act) -> Case:
    if route.startswith("api/v1/"):
        return name, route, _address(route), _body(declaration), _answers(declaration, 401)
    return "form", route, _address(route), {"do": name, **(_body(declaration) or {})}, _answers(declaration, 302)


_ALL = [_case(*each) for each in declared_acts()]
CASES: list[Case] = [each for each in _ALL if "{" not in each[2]]
REQUESTS: list[Request] = [each[:4] for each in _ALL if "{" in each[2]]
"""Requests about things that only `settle` makes: other tests say who may send them."""
