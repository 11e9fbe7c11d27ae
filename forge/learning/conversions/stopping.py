"""Conversions that are calibrated or judged on samples which are being deleted begin again without them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from forge.datasets.hooks import SampleScope, work_stoppers
from forge.jobs.models import Job, JobState
from forge.jobs.queue import restart
from forge.jobs.workers.slots import notify_workers
from forge.learning.conversions.kinds import CONVERSION_KIND


@work_stoppers.register
def restart_conversions(scope: SampleScope, reason: str) -> Sequence[str]:
    """Takes running conversions of the project from their workers: any of its samples may be in their folders."""
    running = Job.objects.filter(kind=CONVERSION_KIND, state=JobState.RUNNING, project__data_set=scope.data_set)
    stopped_jobs = [job for job in running if restart(job, reason)]
    for job in stopped_jobs:
        transaction.on_commit(partial(notify_workers, job.capability), robust=True)
    return ["A conversion of a model was begun again without the samples." for _ in stopped_jobs]
