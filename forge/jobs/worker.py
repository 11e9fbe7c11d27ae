"""The slots of jobs in one process, and the wake-ups of workers. A lost wake-up delays a job, but never loses it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection

from celery import current_app

from forge.jobs.models import Capability, Job, JobState
from forge.jobs.queue import sweep, take
from forge.jobs.running import RunningJob

_log = logging.getLogger(__name__)


class JobSlots:
    """Runs up to `count` jobs of these capabilities at once in this process."""

    def __init__(self, count: int, capabilities: Collection[str], stopping: threading.Event) -> None:
        self._free = threading.Semaphore(count)
        self._capabilities = tuple(capabilities)
        self._stopping = stopping

    def work(self) -> None:
        """Runs jobs that wait, one after another; returns when none is left or no slot is free."""
        # Whoever ends a job looks again before it gives its slot back, so a job that finds no slot is not lost.
        if not self._free.acquire(blocking=False):
            return
        try:
            while not self._stopping.is_set() and (lease := take(self._capabilities)) is not None:
                try:
                    RunningJob(lease, self._stopping).run()
                except Exception:
                    # The lease runs out by itself and the sweep gives the job another attempt.
                    _log.exception("A job stopped in the middle")
        finally:
            self._free.release()


stopping = threading.Event()
"""Set when this process ends; jobs at work are put back."""
job_slots = JobSlots(1, (Capability.BUILD,), stopping)


def notify_workers() -> None:
    """Wakes a worker: jobs wait."""
    try:
        current_app.send_task("forge.jobs.work", ignore_result=True)
    except Exception:
        # The sweep wakes the worker again; who asked must not fail because a queue is away.
        _log.exception("The wake-up for jobs was not sent")


def sweep_jobs() -> None:
    """Queues jobs again whose worker died, and wakes a worker where jobs wait."""
    for job_id in sweep():
        _log.warning("Job %s starts again: its worker stopped answering", job_id)
    if Job.objects.filter(state=JobState.QUEUED).exists():
        notify_workers()
