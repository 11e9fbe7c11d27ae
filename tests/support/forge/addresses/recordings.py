"""The addresses of the recordings that the studio and the player send."""

from __future__ import annotations

from tests.support.forge.addresses.table import MINE, PROJECT, PROJECT_ROUTE, READ, Case, Request
from tests.support.forge.factories.samples import zipped

CASES: list[Case] = [
    ("get", "api/v1/samples", "", None, MINE),
    ("get", "api/v1/samples/<uuid:sample_id>/recording", "RECORDING", None, READ),
    ("delete", "api/v1/samples/<uuid:sample_id>", "SAMPLE", None, (204, 204, 404, 404, 404, 404, 401)),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/samples", f"{PROJECT}/samples", None, READ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/samples",
        f"{PROJECT}/samples?label=x&consent=",
        b"x",
        (409, 409, 409, 409, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/samples/import",
        f"{PROJECT}/samples/import?consent=",
        b"x",
        (409, 409, 409, 403, 403, 404, 401),
    ),
    (
        "post",
        "api/v1/projects/<str:organisation>/<str:name>/samples/import/preview",
        f"{PROJECT}/samples/import/preview",
        b"x",
        (422, 422, 422, 403, 403, 404, 401),
    ),
    ("get", "api/v1/projects/<str:organisation>/<str:name>/samples/terms", f"{PROJECT}/samples/terms", None, READ),
]
REQUESTS: list[Request] = [
    ("post", f"{PROJECT_ROUTE}/samples", "SAMPLES", b"7,8,9\n"),
    ("post", f"{PROJECT_ROUTE}/samples/import", "IMPORT", zipped({"yes/1.csv": b"5,5,1\n", "no/2.csv": b"5,5,2\n"})),
]
"""Requests that are counted, without a row of answers here: other tests say who may send them."""
