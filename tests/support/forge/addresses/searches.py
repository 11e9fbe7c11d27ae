"""The addresses of searches, and what they stand for."""

from __future__ import annotations

from forge.accounts.models import User
from forge.jobs.models import JobState
from forge.learning.searches.trial_rows import jobs_of
from forge.projects.models import Project
from tests.support.forge.addresses.table import MAKE, PAGE, READ, SENT, Case
from tests.support.forge.factories.searches import finished_search

_API = "api/v1/projects/acme/kitchen/searches"
_ROUTE = "api/v1/projects/<str:organisation>/<str:name>/searches"
_ONE = f"{_ROUTE}/<int:number>"
_PAGE = "<str:organisation>/<str:name>/searches"
_ONE_PAGE = f"{_PAGE}/<int:number>"
_HERE = "acme/kitchen/searches"

CASES: list[Case] = [
    ("get", _ROUTE, _API, None, READ),
    ("post", _ROUTE, _API, {"recipe": "motion"}, MAKE),
    ("get", _ONE, f"{_API}/1", None, READ),
    ("get", _PAGE, _HERE, None, PAGE),
    ("form", f"{_PAGE}/begin", f"{_HERE}/begin", {}, (400, 400, 400, 403, 403, 404, 302)),
    ("get", _ONE_PAGE, f"{_HERE}/1", None, PAGE),
    ("form", f"{_ONE_PAGE}/stop", f"{_HERE}/1/stop", {}, (409, 409, 409, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/resume", f"{_HERE}/1/resume", {}, SENT),
    ("form", f"{_ONE_PAGE}/prepare", f"{_HERE}/1/prepare", {}, (409, 409, 409, 403, 403, 404, 302)),
    ("form", f"{_ONE_PAGE}/discard", f"{_HERE}/1/discard", {}, SENT),
    ("form", f"{_ONE_PAGE}/trials/<int:trial>/change", f"{_HERE}/1/trials/1/change", {}, SENT),
    ("form", f"{_ONE_PAGE}/trials/<int:trial>/use", f"{_HERE}/1/trials/1/use", {}, SENT),
]


def search_addresses(person: User, project: Project, size: int = 1) -> dict[str, str]:
    """Adds finished searches on the version that the data has; nothing is named by an id."""
    for _ in range(size):
        search = finished_search(person, project, trials=size)
        jobs_of(search).update(state=JobState.SUCCEEDED, result={"reason": search.end_reason, "trials": size})
    return {}
