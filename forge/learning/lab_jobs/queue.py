"""Queues the jobs of training runs, searches and conversions, lets them go on, cancels them, and deletes their files.

The acts call this: they check the permission, and write the audit entry and the event.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from django.db import transaction

from forge.compute.parties import party_of
from forge.core.actors import Actor
from forge.core.blobs.links import links_of_all
from forge.jobs.kinds import kind_of
from forge.jobs.models import UNFINISHED_STATES, Job
from forge.jobs.queue import cancel, enqueue
from forge.jobs.workers.slots import notify_workers
from forge.learning.lab_jobs.models import LabJob, LabJobQuerySet, RecipeJob
from forge.learning.lab_jobs.used_time import require_minutes
from forge.learning.learnable_data.versions import require_source
from forge.projects.models import Project

J = TypeVar("J", bound=LabJob)
R = TypeVar("R", bound=RecipeJob)


def lock_to_begin(project: Project, model: type[R]) -> LabJobQuerySet[R]:
    """Locks a project, in the transaction that begins a run or a search. Returns those that it has. Raises
    `TooOften`."""
    require_minutes(project.organisation)
    Project.objects.lock(project.pk)
    return model.beside().filter(project=project)


def queue_job(actor: Actor, row: LabJob, place: int | None = None, **spec: Any) -> Job:
    """Queues a job, in the caller's transaction. Jobs of one row follow each other, but for those with a `place`."""
    kind, project, key = kind_of(row.KIND), row.project, str(row.pk)
    party = party_of(actor, project.organisation_id)
    if place is not None:
        spec, key = {**spec, "place": place}, f"{key}:{place}"
    spec = {row.SPEC_KEY: str(row.pk), **spec}
    job = enqueue(kind, party.organisation, spec, party=party, project=project, key=key)
    wake_worker(row)
    return job


def wake_worker(row: LabJob) -> None:
    """Wakes a worker after the transaction."""
    capability = kind_of(row.KIND).capability
    transaction.on_commit(lambda: notify_workers(capability), robust=True)


def lock(row: J) -> J:
    """Locks the row until the transaction ends. Returns it as it is now."""
    return type(row).beside().select_for_update(of=("self",)).get(pk=row.pk)


def lock_to_go_on(actor: Actor, row: R) -> R:
    """Checks again what was checked when a run or a search began, in the transaction that lets it go on. Returns it,
    locked as is its project.

    Raises `DataVersionNotFound` and `TooOften`.
    """
    project = row.project
    require_source(actor, project, row.data_version)
    require_minutes(project.organisation)
    # Who uses the model of a run takes these two in the same order.
    row = lock(row)
    Project.objects.lock(project.pk)
    return row


def cancel_jobs(row: LabJob, by: str, states: Collection[str] = UNFINISHED_STATES) -> None:
    """Cancels the jobs in these states. They are locked before the row is, as workers lock them."""
    for job in list(row.jobs.filter(state__in=states).select_for_update(of=("self",))):
        cancel(job, by)


def end_row(row: J, by: str) -> tuple[J, list[str]]:
    """Cancels the jobs of a row, in the transaction that deletes it, and deletes the links of its files and checkpoints
    and the jobs that are kept as long as it. Returns the row, locked, and the digests to delete afterwards."""
    cancel_jobs(row, by)
    row = lock(row)
    jobs = row.jobs
    links = [row.links, links_of_all(jobs)]
    digests = {digest for each in links for digest in each.values_list("blob_id", flat=True)}
    for each in links:
        each.delete()
    if kind_of(row.KIND).retention is None:
        jobs.delete()
    return row, sorted(digests)
