"""The addresses of searches for the table of permissions, and what they stand for."""

from __future__ import annotations

from typing import Any

from forge.accounts.models import User
from forge.jobs.models import JobState
from forge.learning.searches.trial_rows import jobs_of
from forge.projects.models import Project
from tests.forge.factories.searches import finished_search

_API = "api/v1/projects/acme/kitchen/searches"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>/searches"
_ONE = f"{_ROUTE}/<int:number>"
_PAGE = "<str:organisation>/<str:name>/searches"
_ONE_PAGE = f"{_PAGE}/<int:number>"
_HERE = "acme/kitchen/searches"
_READ = (200, 200, 200, 200, 200, 404, 401)
_SHOWN = (200, 200, 200, 200, 200, 404, 302)
_SENT = (302, 302, 302, 403, 403, 404, 302)
_CREATED = (201, 201, 201, 403, 403, 404, 401)

SEARCH_CASES: list[tuple[str, str, str, Any, tuple[int, ...]]] = [
    ("get", _ROUTE, _API, None, _READ),
    ("post", _ROUTE, _API, {"recipe": "motion"}, _CREATED),
    ("get", _ONE, f"{_API}/1", None, _READ),
    ("delete", _ONE, f"{_API}/1", None, (204, 204, 204, 403, 403, 404, 401)),
    ("post", f"{_ONE}/stop", f"{_API}/1/stop", None, (409, 409, 409, 403, 403, 404, 401)),
    ("post", f"{_ONE}/resume", f"{_API}/1/resume", {}, (202, 202, 202, 403, 403, 404, 401)),
    ("post", f"{_ONE}/trials/<int:trial>/change", f"{_API}/1/trials/1/change", None, _CREATED),
    ("post", f"{_ONE}/trials/<int:trial>/use", f"{_API}/1/trials/1/use", None, _CREATED),
    ("get", _PAGE, _HERE, None, _SHOWN),
    ("form", f"{_PAGE}/begin", f"{_HERE}/begin", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("get", _ONE_PAGE, f"{_HERE}/1", None, _SHOWN),
    ("form", f"{_ONE_PAGE}/stop", f"{_HERE}/1/stop", {}, (409, 409, 409, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/resume", f"{_HERE}/1/resume", {}, _SENT),
    ("form", f"{_ONE_PAGE}/discard", f"{_HERE}/1/discard", {}, _SENT),
    ("form", f"{_ONE_PAGE}/trials/<int:trial>/change", f"{_HERE}/1/trials/1/change", {}, _SENT),
    ("form", f"{_ONE_PAGE}/trials/<int:trial>/use", f"{_HERE}/1/trials/1/use", {}, _SENT),
]


def search_addresses(person: User, project: Project, size: int = 1) -> dict[str, str]:
    """Adds finished searches on the version that the data has; nothing is named by an id."""
    for _ in range(size):
        search = finished_search(person, project, trials=size)
        jobs_of(search).update(state=JobState.SUCCEEDED, result={"reason": search.ended, "trials": size})
    return {}
