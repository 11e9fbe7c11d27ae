"""Finding jobs for a person: unknown and forbidden look the same."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_for
from forge.accounts.models import Organisation
from forge.accounts.permissions import OF_ORGANISATION, Verb, can
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE, AuditPlace
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job, JobQuerySet


def jobs_of(actor: Actor, organisation: Organisation) -> JobQuerySet:
    """The jobs of an organisation that the person may see, the newest first."""
    return _complete().visible_to(actor).filter(organisation=organisation).order_by("-created", "-pk")


def find_job(actor: Actor, job_id: UUID) -> Job:
    """A job that the person may see. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    job = _complete().visible_to(actor).filter(pk=job_id).first()
    if job is None:
        there = Job.objects.select_related("project").filter(pk=job_id).first()
        raise nothing_for(actor, Verb.READ, f"the job {job_id}", place_of(there) if there else NOWHERE)
    return job


def place_of(job: Job) -> AuditPlace:
    """Returns the place to which the audit entries of a job belong."""
    return AuditPlace(organisation=job.organisation_id, project=job.project_id)


def may_change(actor: Actor, job: Job) -> bool:
    """Returns whether the person may cancel and retry a job that was found for them."""
    verb = kind_of(job.kind).verb
    target = job.organisation if verb in OF_ORGANISATION else job.project
    return target is not None and can(actor, verb, target)


def may_retry(actor: Actor, job: Job) -> bool:
    """Returns whether the person may retry a job that was found for them, once it has ended without success."""
    kind = kind_of(job.kind)
    return kind.can_retry and may_change(actor, job) and (not kind.is_personal or is_requester(actor, job))


def is_requester(actor: Actor, job: Job) -> bool:
    """Returns whether the person asked for the job."""
    return actor.pk is not None and job.requested_by_id == actor.pk


def _complete() -> JobQuerySet:
    return Job.objects.select_related("organisation", "project__organisation", "requested_by", "required_job")
