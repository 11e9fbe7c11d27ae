"""Jobs that take bins from samples which are being deleted begin again without them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from forge.builds.bins.kinds import BINS_KIND
from forge.datasets.hooks import SampleScope, work_stoppers
from forge.datasets.models import DataSet
from forge.jobs.models import Job, JobState
from forge.jobs.queue import restart
from forge.jobs.workers.slots import notify_workers


@work_stoppers.register
def restart_bins(scope: SampleScope, reason: str) -> Sequence[str]:
    """Takes the running jobs of the data set's project from their workers."""
    projects = DataSet.objects.filter(pk=scope.data_set).values("project")
    running = Job.objects.filter(kind=BINS_KIND, state=JobState.RUNNING, project__in=projects)
    restarted_jobs = [job for job in running if restart(job, reason)]
    for job in restarted_jobs:
        transaction.on_commit(partial(notify_workers, job.capability), robust=True)
    return ["The count for rune.watch was begun again without the samples." for _ in restarted_jobs]
