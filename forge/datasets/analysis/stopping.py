"""Stopping an analysis that reads samples which are being deleted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from forge.datasets.analysis.kinds import ANALYSIS_KIND
from forge.datasets.hooks import SampleScope, work_stoppers
from forge.jobs.models import Job, JobState
from forge.jobs.queue import restart
from forge.jobs.workers.slots import notify_workers


@work_stoppers.register
def restart_analyses(scope: SampleScope, reason: str) -> Sequence[str]:
    """Begins a running analysis of the data set again: what it stored before stays, without these samples."""
    running = Job.objects.filter(kind=ANALYSIS_KIND, state=JobState.RUNNING, spec__data_set=str(scope.data_set))
    restarted_jobs = [job for job in running if restart(job, reason)]
    for job in restarted_jobs:
        transaction.on_commit(partial(notify_workers, job.capability), robust=True)
    return ["The analysis of the data was begun again." for _ in restarted_jobs]
