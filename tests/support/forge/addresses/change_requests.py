"""The addresses of change requests."""

from __future__ import annotations

from tests.support.forge.addresses.table import PROJECT_PAGE, PROJECT_ROUTE, Request

_CHANGE = "api/v1/change-requests/<uuid:change_id>"
_ADDRESS = "api/v1/change-requests/{change}"

REQUESTS: list[Request] = [
    ("get", f"{PROJECT_ROUTE}/change-requests", "api/v1/projects/acme/kitchen/change-requests", None),
    ("get", f"{PROJECT_ROUTE}/offers", "api/v1/projects/acme/twin/offers", None),
    ("post", f"{PROJECT_ROUTE}/offers", "api/v1/projects/acme/twin/offers", {"title": "x"}),
    ("get", _CHANGE, _ADDRESS, None),
    ("get", f"{_CHANGE}/offer", f"{_ADDRESS}/offer", None),
    ("post", f"{_CHANGE}/offer", f"{_ADDRESS}/offer", {}),
    ("get", f"{_CHANGE}/preview", f"{_ADDRESS}/preview", None),
    ("get", f"{_CHANGE}/threads", f"{_ADDRESS}/threads", None),
    ("post", f"{_CHANGE}/threads", f"{_ADDRESS}/threads", {"text": "x"}),
    ("get", f"{PROJECT_PAGE}/change-requests", "acme/kitchen/change-requests", None),
    ("get", f"{PROJECT_PAGE}/change-requests/<int:number>", "acme/kitchen/change-requests/1", None),
    ("get", f"{PROJECT_PAGE}/change-requests/<int:number>/preview", "acme/kitchen/change-requests/1/preview", None),
    (
        "form",
        f"{PROJECT_PAGE}/change-requests/<int:number>/preview",
        "acme/kitchen/change-requests/1/preview",
        {"do": "end"},
    ),
    (
        "get",
        f"{PROJECT_PAGE}/change-requests/<int:number>/conversation",
        "acme/kitchen/change-requests/1/conversation",
        None,
    ),
    (
        "form",
        f"{PROJECT_PAGE}/change-requests/<int:number>/respond",
        "acme/kitchen/change-requests/1/respond",
        {"text": "x"},
    ),
    ("get", f"{PROJECT_PAGE}/offer", "acme/twin/offer", None),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""
