"""Checkpoints of jobs: bytes from which the next attempt goes on. A worker writes them under its lease."""

from __future__ import annotations

from django.db import transaction

from forge.core.blobs.links import link_blobs, links_of
from forge.core.blobs.store import put_bytes, read_blob
from forge.jobs.models import Job
from forge.jobs.queue import JobLease


@transaction.atomic
def save_checkpoint(lease: JobLease, data: bytes) -> None:
    """Replaces the job's checkpoint. Raises `LeaseLost`, and then the one before stays."""
    blob = put_bytes(data)
    lease.lease.write(checkpoint_id=blob.digest)
    links_of(lease.job).exclude(blob=blob.digest).delete()
    link_blobs(lease.job, [blob.digest], lease.job.organisation_id)


def load_checkpoint(lease: JobLease) -> bytes | None:
    """Returns the bytes that an earlier attempt saved last; None where there are none."""
    digest = Job.objects.values_list("checkpoint_id", flat=True).get(pk=lease.job.pk)
    return None if digest is None else read_blob(digest)


def drop_checkpoint(job: Job) -> None:
    """Forgets from what the job would go on: its next attempt begins anew."""
    Job.objects.filter(pk=job.pk).update(checkpoint=None)
    links_of(job).delete()
