"""The addresses of reports and appeals."""

from __future__ import annotations

from tests.support.forge.addresses.table import ANY_PAGE, MINE, NONE, NONE_PAGE, Case

CASES: list[Case] = [
    ("get", "api/v1/reports", "", None, MINE),
    ("post", "api/v1/reports", "", {"about": "acme/kitchen", "reason": "harm"}, NONE),
    ("get", "accounts/report", "", None, ANY_PAGE),
    ("form", "accounts/report", "", {"about": "acme/kitchen", "reason": "harm"}, NONE_PAGE),
    ("form", "accounts/appeal", "", {"text": "x"}, (409, 409, 409, 409, 409, 409, 302)),
    ("get", "admin/reports", "", None, NONE_PAGE),
    ("form", "admin/reports/do", "", {"about": "x", "do": "dismiss"}, NONE_PAGE),
    (
        "form",
        "<str:organisation>/<str:name>/appeal",
        "acme/kitchen/appeal",
        {"text": "x"},
        (409, 409, 403, 403, 403, 404, 302),
    ),
]
