"""The addresses of the installation as a whole."""

from __future__ import annotations

from tests.support.forge.addresses.table import ANY_PAGE, MINE, NONE_PAGE, Case, Request

CASES: list[Case] = [
    ("get", "api/v1/search", "api/v1/search?q=k", None, MINE),
    ("get", "", "/", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "healthz", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "llms.txt", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "readyz", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "metrics", "", None, (404, 404, 404, 404, 404, 404, 404)),
    ("get", "dist/", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "dist/<str:name>", "dist/none.whl", None, (404, 404, 404, 404, 404, 404, 404)),
    ("get", "schemas/runefile.json", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "schemas/forge.json", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "search", "search?q=k", None, ANY_PAGE),
    ("get", "docs", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "docs/<path:path>", "docs/guides/studio", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "compare", "", None, (200, 200, 200, 200, 200, 200, 200)),
    ("get", "compare", "compare?one=acme/kitchen@1", None, NONE_PAGE),
    ("get", "explore", "", None, (200, 200, 200, 200, 200, 200, 200)),
]
REQUESTS: list[Request] = [
    ("get", "api/v1/schema", "api/v1/schema", None),
    ("get", "trust", "trust", None),
    ("get", "trust/authority.crt", "trust/authority.crt", None),
    ("get", "compare", "compare?one=acme/kitchen@1&other=acme/kitchen:1.0", None),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""
