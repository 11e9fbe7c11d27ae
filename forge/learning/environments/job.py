"""The job that prepares environments: `lab` makes each from a lock with hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from forge.accounts.permissions import Verb
from forge.jobs.environments import ENVIRONMENT_KIND
from forge.jobs.kinds import JobContext, JobKind, JobTitle
from forge.jobs.models import Job, WorkerCapability
from forge.learning.lab_jobs.executing import lab_errors
from forge.learning.lab_jobs.process import ask_lab
from rune.wording import listed

PREPARE_SECONDS = 3600.0
"""The longest that preparing an environment may take: it downloads hundreds of megabytes."""


class PreparedJson(TypedDict):
    """An environment that was prepared."""

    packages: int
    version: str


def run_environment_job(job: JobContext) -> Mapping[str, Any]:
    """Prepares the environments."""
    request = {"action": "prepare", "environment": job.spec["environment"]}
    with lab_errors(str):
        answer = ask_lab(request, PreparedJson, seconds=PREPARE_SECONDS, tick=job.tick, report=job.report)
    job.log(f"{answer['packages']} packages were installed, as locked.")
    return {"packages": answer["packages"], "version": answer["version"]}


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of these jobs."""
    return {job.pk: JobTitle(f"Preparing {listed(job.spec['environment'].split())}") for job in jobs}


ENVIRONMENT = JobKind(
    ENVIRONMENT_KIND,
    WorkerCapability.LAB,
    run_environment_job,
    "Environment of packages",
    titles=titles_of,
    verb=Verb.EDIT,
    attempts=2,
    noun="preparation",
)
