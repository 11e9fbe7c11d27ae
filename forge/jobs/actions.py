"""Actions on jobs. Each checks the permission, does it, and writes the audit entry."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.permissions import OF_ORGANISATION, Verb
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Forbidden, NotFound
from forge.jobs import queue
from forge.jobs.access import is_requester, place_of
from forge.jobs.environments import ENVIRONMENT_KIND, require_may_prepare
from forge.jobs.errors import JobOver, NotRetriable
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job
from forge.jobs.titles import title_of
from forge.jobs.workers.slots import notify_workers
from forge.projects.access import require
from forge.projects.models import Project


@transaction.atomic
def cancel_job(actor: Actor, job: Job) -> Job:
    """Ends a job that waits or runs; its worker finds its lease lost. Raises `Forbidden` and `JobOver`."""
    _require(actor, job)
    if not queue.cancel(job, str(actor.person)):
        raise JobOver("This job has ended, so it cannot be cancelled.")
    job.refresh_from_db()
    write_entry(actor, "job.cancel", job.subject, place_of(job), title=title_of(job).text)
    return job


@transaction.atomic
def retry_job(actor: Actor, job: Job) -> Job:
    """Queues a job again that failed, was cancelled or lost; it goes on from its checkpoint. Raises `Forbidden` and
    `NotRetriable`."""
    _require(actor, job)
    if kind_of(job.kind).is_personal and not is_requester(actor, job):
        requester = job.requested_by or "the person who started it"
        raise Forbidden(f"Only {requester} can retry this {kind_of(job.kind).noun}.")
    if not job.needs_nothing and job.required_job is not None and job.required_job.is_finished:
        raise NotRetriable(f"{title_of(job.required_job).text} has to succeed first. Retry that.")
    kind_of(job.kind).before_retry(actor, job)
    if not kind_of(job.kind).can_retry or not queue.retry(job, str(actor.person)):
        raise NotRetriable("Only a job that failed, was cancelled or lost can be retried.")
    job.refresh_from_db()
    write_entry(actor, "job.retry", job.subject, place_of(job), title=title_of(job).text)
    transaction.on_commit(lambda: notify_workers(job.capability), robust=True)
    return job


def _require(actor: Actor, job: Job) -> None:
    verb = kind_of(job.kind).verb
    if verb in OF_ORGANISATION:
        require_in(actor, verb, job.organisation)
    elif job.project is not None:
        require(actor, verb, job.project)
    else:
        raise NotFound("There is no such job.")


@transaction.atomic
def enqueue_preparation(actor: Actor, project: Project, names: str) -> Job:
    """Queues the job that prepares environments for a project; `names` are as the command takes them. Raises
    `NotFound` and `Forbidden`."""
    require(actor, Verb.EDIT, project)
    require_may_prepare(actor)
    kind = kind_of(ENVIRONMENT_KIND)
    party = Party(project.organisation_id, actor.pk, is_program=False)
    spec, key = {"environment": names}, f"environment:{names}"
    job = queue.enqueue(kind, party.organisation, spec, party=party, project=project, key=key)
    write_entry(actor, "model.prepare", project.stream, project.place, environment=names)
    transaction.on_commit(lambda: notify_workers(kind.capability), robust=True)
    return job
