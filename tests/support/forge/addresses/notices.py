"""The addresses of notices and of the lists of one's own."""

from __future__ import annotations

from tests.support.forge.addresses.table import ANY_PAGE, BAD, MINE, PROJECT, PROJECT_ROUTE, READ, Case

CASES: list[Case] = [
    ("get", "api/v1/me/notices", "", None, MINE),
    ("patch", "api/v1/me/notices", "", {"mail": "none"}, MINE),
    ("get", "api/v1/notices", "", None, MINE),
    ("post", "api/v1/notices/read", "", {}, MINE),
    ("patch", "api/v1/notices/<uuid:notice_id>", "NOTICE", {"read": True}, (200, 404, 404, 404, 404, 404, 401)),
    ("get", f"{PROJECT_ROUTE}/watch", f"{PROJECT}/watch", None, READ),
    ("put", f"{PROJECT_ROUTE}/watch", f"{PROJECT}/watch", {"level": "all"}, READ),
    ("get", f"{PROJECT_ROUTE}/favourite", f"{PROJECT}/favourite", None, READ),
    ("put", f"{PROJECT_ROUTE}/favourite", f"{PROJECT}/favourite", {"favourite": True}, READ),
    ("form", "accounts/favourites", "", {"add": "acme/kitchen"}, (302, 302, 302, 302, 302, 404, 302)),
    ("get", "accounts/notices", "", None, ANY_PAGE),
    ("form", "accounts/notices/read-all", "", {}, (302, 302, 302, 302, 302, 302, 302)),
    ("form", "accounts/notices/<uuid:notice>", "NOTICE_PAGE", {"do": "done"}, (302, 404, 404, 404, 404, 404, 302)),
    ("get", "accounts/notices/settings", "", None, ANY_PAGE),
    ("form", "accounts/notices/settings", "", {"mail": "none"}, (302, 302, 302, 302, 302, 302, 302)),
    ("get", "accounts/notices/unsubscribe/<str:token>", "UNSUBSCRIBE", None, (200, 200, 200, 200, 200, 200, 200)),
    ("form", "accounts/notices/unsubscribe/<str:token>", "accounts/notices/unsubscribe/x", {}, BAD),
    (
        "form",
        "<str:organisation>/<str:name>/watch",
        "acme/kitchen/watch",
        {"level": "all"},
        (302, 302, 302, 302, 302, 404, 302),
    ),
]
