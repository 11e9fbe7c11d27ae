"""The jobs that build published runes a second time, and which runes still lack that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.compute.scheduler.slots import Party
from forge.jobs.kinds import JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.queue import enqueue
from forge.jobs.workers.slots import notify_workers
from forge.registry.models import Tag
from forge.registry.rebuilds.actions.rebuild import ATTEMPTS, rebuild_published

REQUEST_EVERY = 20.0
"""Seconds."""
MOST_WAITING = 3
"""Second builds that wait or run at once: those of people go first anyway."""


def _titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    builds = Build.objects.select_related("project__organisation").in_bulk([UUID(job.spec["build"]) for job in jobs])
    titles = {}
    for job in jobs:
        build = builds.get(UUID(job.spec["build"]))
        if build is not None:
            text = f"Second build of {build.project.full_name}, build {build.number}"
            titles[job.pk] = JobTitle(text, build.project.get_absolute_url())
    return titles


REBUILD = JobKind(
    "rebuild",
    WorkerCapability.BUILD,
    rebuild_published,
    "Second build",
    titles=_titles,
    verb=Verb.PUBLISH,
    attempts=ATTEMPTS,
)


def request_rebuilds() -> None:
    """Asks for a second build of each listed version that had none, a few at a time.

    It leaves out what another toolchain built, and what somebody cancelled or lost its worker too often: a person
    retries that on the page of jobs.
    """
    jobs = Job.objects.filter(kind=REBUILD.name)
    free = MOST_WAITING - jobs.unfinished().count()
    if free <= 0:
        return
    ended_artefacts = jobs.exclude(state=JobState.SUCCEEDED).values_list("spec__artefact", flat=True)
    listed_tags = Tag.objects.listed().filter(repository__project__deleted_at=None)
    missing = listed_tags.filter(build__artefact__spec__toolchain=TOOLCHAIN, build__artefact__rebuild=None)
    tags = missing.exclude(build__artefact__in=[UUID(each) for each in ended_artefacts]).order_by("created")
    has_requests = False
    for tag in tags.select_related("build__project", "build__artefact")[:free]:
        request_rebuild(tag.build)
        has_requests = True
    if has_requests:
        notify_workers(WorkerCapability.BUILD)


def request_rebuild(build: Build) -> Job:
    """Asks for a second build of a published build, which has its artefact. Nobody waits for it."""
    project = build.project
    spec = {"build": str(build.pk), "artefact": str(build.artefact_id)}
    party = Party(project.organisation_id, None, is_program=True)
    return enqueue(REBUILD, project.organisation_id, spec, party=party, project=project)
