"""Begins a search, and says what became of it: run in an installation's environment.

`python search_queue.py begin TRIALS WORKERS` or `python search_queue.py read`; both answer in JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
VARY = {"window": ["50"], "filters": ["4", "8", "12", "16"], "blocks": ["1", "2"], "kernel": ["3", "5"]}


def begin(trials: int, workers: int) -> dict[str, Any]:
    """Begins a search on recordings of motion."""
    from forge.accounts.models import Membership, Organisation, Role, User
    from forge.projects.models import Project
    from tests.forge.factories.searches import motion_search
    from tests.forge.factories.training import motion_version

    person = User.objects.create(email="search@trials.example", name="Jo Searches")
    organisation = Organisation.objects.create(name="acme", title="Acme")
    Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
    project = Project.objects.create(organisation=organisation, name="kitchen", created_by=person)
    motion_version(person, project)
    search = motion_search(person, project, vary=VARY, trials=trials, workers=workers)
    return {"search": search.number}


def read() -> dict[str, Any]:
    """The state of the search, its rows, and its jobs."""
    from forge.jobs.models import Job
    from forge.learning.searches.models import ModelSearch, SearchTrial

    search = ModelSearch.objects.get()
    rows = SearchTrial.objects.order_by("number").values("number", "arguments", "state", "job_id", "files", "curve")
    jobs = Job.objects.filter(kind="model-search").order_by("created").values("id", "state", "attempt")
    return {"state": search.state, "ended": search.ended, "error": search.error, "rows": list(rows), "jobs": list(jobs)}


def main() -> None:
    """Answers one command."""
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    import forge.celery  # noqa: F401 (wake-ups go to the queue of the environment)

    command, *numbers = sys.argv[1:]
    answer = begin(*map(int, numbers)) if command == "begin" else read()
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
