"""The addresses of the player and of paired phones."""

from __future__ import annotations

from tests.support.forge.addresses.table import BAD, LEFT, NONE, PROJECT, PROJECT_ROUTE, READ, Case, Request

_RUN = "player/<str:organisation>/<str:name>/runes/<str:digest>"

CASES: list[Case] = [
    ("get", "player/", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "player/<str:organisation>/<str:name>", "player/acme/kitchen", None, (200, 200, 200, 200, 200, 200, 200)),
    (
        "get",
        "player/<str:organisation>/<str:name>/app.webmanifest",
        "player/acme/kitchen/app.webmanifest",
        None,
        (200, 200, 200, 200, 200, 200, 200),
    ),
    ("get", "player/1.js", "", None, (200, 200, 200, 200, 200, 200, 200)),
    # Of public projects alone, and to nobody by a role.
    ("get", "player/<str:organisation>/<str:name>/embed", "player/acme/kitchen/embed", None, (404,) * 7),
    ("get", "player/<str:organisation>/<str:name>/state", "player/acme/kitchen/state", None, READ),
    ("get", "player/<str:organisation>/<str:name>/runes/<str:digest>", "player/acme/kitchen/runes/x", None, NONE),
    (
        "get",
        "player/<str:organisation>/<str:name>/runes/<str:digest>/examples",
        "player/acme/kitchen/runes/x/examples",
        None,
        NONE,
    ),
    (
        "get",
        "player/<str:organisation>/<str:name>/runes/<str:digest>/examples/<path:path>",
        "player/acme/kitchen/runes/x/examples/a.wav",
        None,
        NONE,
    ),
    ("post", "player/<str:organisation>/<str:name>/enter", "player/acme/kitchen/enter", {"token": "x"}, BAD),
    ("post", "player/<str:organisation>/<str:name>/leave", "player/acme/kitchen/leave", {}, LEFT),
    ("get", f"{PROJECT_ROUTE}/phones", f"{PROJECT}/phones", None, READ),
    ("post", f"{PROJECT_ROUTE}/phones", f"{PROJECT}/phones", {}, (201, 201, 201, 201, 201, 404, 401)),
    ("delete", f"{PROJECT_ROUTE}/phones", f"{PROJECT}/phones", None, READ),
]
REQUESTS: list[Request] = [
    ("get", _RUN, "player/acme/kitchen/runes/{digest}", None),
    ("get", f"{_RUN}/examples", "player/acme/kitchen/runes/{digest}/examples", None),
    ("get", f"{_RUN}/examples/<path:path>", "player/acme/kitchen/runes/{digest}/examples/a.wav", None),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""
