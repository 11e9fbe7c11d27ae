"""The signer of tests, in their own process."""

from __future__ import annotations

import threading

from forge.jobs import queue
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.running import RunningJob


def run_signing_jobs() -> list[Job]:
    """Runs the jobs that wait for the signer. Returns them as they ended."""
    jobs = []
    while (lease := queue.take((WorkerCapability.SIGN,))) is not None:
        RunningJob(lease, threading.Event()).run()
        jobs.append(Job.objects.get(pk=lease.job.pk))
    return jobs
