"""The columns of the table of permissions: kinds of people, and how each is answered.

The rows are beside it, a file an app: `CASES`, whose answers `test_permissions_matrix.py` asks for, and `REQUESTS`,
whose answers other tests know. `query_counts.py` counts the queries of both. A case is a method ("form": a page's
form), a route, an address, a body, and the answers. A name in capitals in an address stands for one with an id, and an
empty address for the route.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Case = tuple[str, str, str, Any, tuple[int, ...]]
Request = tuple[str, str, str, Any]
"""The same without answers."""


@dataclass(frozen=True)
class AnsweredAs:
    """A role that is answered as another is, but for some requests: method, route and answer."""

    kind: str
    exceptions: Mapping[tuple[str, str], int] = field(default_factory=dict)


OTHER_ROLES: dict[str, AnsweredAs] = {}
"""The roles that have no column of their own in the table."""
COLUMNS = ("owner", "maintainer", "developer", "reviewer", "viewer", "stranger", "anonymous")
KINDS = (*COLUMNS, *OTHER_ROLES)

# The answers to the kinds with a column, in order. 401: sign in first; 404: nothing here; 403: not with this role.
READ = (200, 200, 200, 200, 200, 404, 401)
EDIT = (200, 200, 200, 403, 403, 404, 401)
MAKE = (201, 201, 201, 403, 403, 404, 401)
DELETED = (204, 204, 204, 403, 403, 404, 401)
NOT_THERE_TO_EDIT = (404, 404, 404, 403, 403, 404, 401)
OWN = (200, 403, 403, 403, 403, 404, 401)
OWN_MAKE = (201, 403, 403, 403, 403, 404, 401)
OWN_DELETED = (204, 403, 403, 403, 403, 404, 401)
MANAGED = (200, 200, 403, 403, 403, 404, 401)
MANAGED_MAKE = (201, 201, 403, 403, 403, 404, 401)
MANAGED_DELETED = (204, 204, 403, 403, 403, 404, 401)
MINE = (200, 200, 200, 200, 200, 200, 401)
MINE_DELETED = (204, 204, 204, 204, 204, 204, 401)
NONE = (404, 404, 404, 404, 404, 404, 401)
BAD = (400, 400, 400, 400, 400, 400, 400)
LEFT = (204, 204, 204, 204, 204, 204, 204)
# Pages: a visitor is led to sign in.
PAGE = (200, 200, 200, 200, 200, 404, 302)
PAGE_EDIT = (200, 200, 200, 403, 403, 404, 302)
PAGE_OWN = (200, 403, 403, 403, 403, 404, 302)
SENT = (302, 302, 302, 403, 403, 404, 302)
SENT_OWN = (302, 403, 403, 403, 403, 404, 302)
SENT_MANAGED = (302, 302, 403, 403, 403, 404, 302)
NONE_PAGE = (404, 404, 404, 404, 404, 404, 302)
ANY_PAGE = (200, 200, 200, 200, 200, 200, 302)

PROJECT = "api/v1/projects/acme/kitchen"
PROJECT_ROUTE = "api/v1/projects/<str:organisation>/<str:name>"
PROJECT_PAGE = "<str:organisation>/<str:name>"
ORGANISATION = "api/v1/organisations/acme"
ORGANISATION_ROUTE = "api/v1/organisations/<str:organisation>"
RAW = "application/octet-stream"
ALLOWED = 0
"""Any answer but a refusal of the person."""
NO_ID = "00000000-0000-0000-0000-000000000009"


def expected_answer(kind: str, request: tuple[str, str], answers: Sequence[int]) -> int:
    """The answer of a row of the table for a kind of person."""
    other = OTHER_ROLES.get(kind)
    if other is None:
        return answers[COLUMNS.index(kind)]
    return other.exceptions.get(request, answers[COLUMNS.index(other.kind)])


def is_answered(status: int, expected: int) -> bool:
    """Returns whether a status is the answer that a row expects."""
    return status not in (401, 403) if expected == ALLOWED else status == expected


def name_of(case: Case) -> str:
    method, route, address, body, _ = case
    return f"{method} {route} {address} {body}"


def answers_of(case: Case) -> dict[str, int]:
    method, route, _, _, answers = case
    return {kind: expected_answer(kind, (method, route), answers) for kind in KINDS}
