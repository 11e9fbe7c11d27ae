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
    ("post", f"{_CHANGE}/ask", f"{_ADDRESS}/ask", {"text": "x"}),
    ("post", f"{_CHANGE}/resolutions", f"{_ADDRESS}/resolutions", {"conflict": "x", "side": "ours"}),
    ("delete", f"{_CHANGE}/resolutions", f"{_ADDRESS}/resolutions", None),
    ("post", f"{_CHANGE}/builds", f"{_ADDRESS}/builds", {}),
    ("post", f"{_CHANGE}/merge", f"{_ADDRESS}/merge", {}),
    ("post", f"{_CHANGE}/undo", f"{_ADDRESS}/undo", {}),
    ("post", f"{_CHANGE}/close", f"{_ADDRESS}/close", {"reason": "x"}),
    ("post", f"{_CHANGE}/reopen", f"{_ADDRESS}/reopen", {}),
    ("get", f"{_CHANGE}/preview", f"{_ADDRESS}/preview", None),
    ("post", f"{_CHANGE}/preview", f"{_ADDRESS}/preview", {}),
    ("delete", f"{_CHANGE}/preview", f"{_ADDRESS}/preview", None),
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
"""Counted, but without a row of answers here: other tests say who may send them."""
