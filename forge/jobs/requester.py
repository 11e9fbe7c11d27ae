"""The person, or the token of a person, for whom a worker does a job."""

from __future__ import annotations

from forge.accounts.models import ApiToken
from forge.accounts.principals import Principal, acting_as
from forge.jobs.models import Job


def requester_of(job: Job) -> Principal | None:
    """Returns the person who asked for a job, or their token, which may read less and is named in the `token` of its
    spec. None where that is nobody, or the token has ended."""
    if job.requested_by is None:
        return None
    if not job.by_program:
        return acting_as(job.requested_by)
    token = ApiToken.objects.alive().filter(pk=job.spec.get("token")).first()
    return None if token is None else acting_as(job.requested_by, token)
