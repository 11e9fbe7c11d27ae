"""Begins a search or a training run, and says what became of it: run in an installation's environment.

`python learning_queue.py begin-search TRIALS WORKERS`, `read-search`, `begin-run`, which begins one like those before,
or `read-runs`; each answers in JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forge.accounts.models import User
    from forge.projects.models import Project

REPOSITORY = Path(__file__).resolve().parents[3]
VARY = {"window": ["50"], "filters": ["4", "8", "12", "16"], "blocks": ["1", "2"], "kernel": ["3", "5"]}
LONG_RUN = {"epochs": 1500, "patience": 1500, "filters": 16, "blocks": 3}
"""Arguments of a run that takes long enough for a worker to be killed meanwhile."""


def begin_search(trials: str, workers: str) -> dict[str, Any]:
    """Begins a search on recordings of motion."""
    from tests.support.forge.factories.searches import motion_search

    person, project = _person_and_project()
    search = motion_search(person, project, vary=VARY, trials=int(trials), workers=int(workers))
    return {"search": search.number}


def read_search() -> dict[str, Any]:
    """The state of the search, its rows, and its jobs."""
    from forge.jobs.models import Job
    from forge.learning.searches.models import ModelSearch, SearchTrial

    search = ModelSearch.objects.get()
    rows = SearchTrial.objects.order_by("number").values("number", "arguments", "state", "job_id", "files", "curve")
    jobs = Job.objects.filter(kind="model-search").order_by("created").values("id", "state", "attempt")
    return {
        "state": search.state,
        "end_reason": search.end_reason,
        "error": search.error,
        "rows": list(rows),
        "jobs": list(jobs),
    }


def begin_run() -> dict[str, Any]:
    """Begins a training run on recordings of motion, with the settings of every other run."""
    from tests.support.forge.factories.training import motion_run

    person, project = _person_and_project()
    return {"run": motion_run(person, project, **LONG_RUN).number}


def read_runs() -> dict[str, Any]:
    """All runs with the attempts of their jobs."""
    from forge.learning.training.models import TrainingRun

    columns = "number", "state", "error", "curves", "best_epoch", "files", "report", "description", "job__attempt"
    return {"runs": list(TrainingRun.objects.order_by("number").values(*columns))}


def _person_and_project() -> tuple[User, Project]:
    """Returns those of the installation; at first makes a person, and a project with a version of recordings of
    motion."""
    from forge.accounts.models import Membership, Organisation, Role, User
    from forge.projects.models import Project
    from tests.support.forge.factories.training import motion_version

    person = User.objects.filter(email="jo@learning.example").first()
    if person is not None:
        return person, Project.objects.get()
    person = User.objects.create(email="jo@learning.example", name="Jo Learning")
    organisation = Organisation.objects.create(name="acme", title="Acme")
    Membership.objects.create(organisation=organisation, user=person, role=Role.OWNER)
    project = Project.objects.create(organisation=organisation, name="kitchen", created_by=person)
    motion_version(person, project)
    return person, project


COMMANDS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "begin-search": begin_search,
    "read-search": read_search,
    "begin-run": begin_run,
    "read-runs": read_runs,
}


def main() -> None:
    """Answers one command."""
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    import forge.celery  # noqa: F401 (wake-ups go to the queue of the environment)

    command, *arguments = sys.argv[1:]
    print(json.dumps(COMMANDS[command](*arguments), default=str))


if __name__ == "__main__":
    main()
