"""The slots of jobs in one process, and the wake-ups of workers. A lost wake-up delays a job, but never loses it."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Collection
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import connections
from django.utils import timezone

from forge.jobs.models import Capability, Job, JobState, Worker
from forge.jobs.queue import JobLease, sweep, take
from forge.jobs.running import RunningJob

_log = logging.getLogger(__name__)

ANNOUNCED_EVERY = timedelta(seconds=10)
"""How often a worker says that it is there."""
FORGOTTEN_AFTER = timedelta(minutes=5)
"""A worker that has said nothing for this long is deleted from the list."""


class JobSlots:
    """Runs up to `count` jobs of these capabilities at once in this process."""

    def __init__(self, count: int, capabilities: Collection[str], stopping: threading.Event) -> None:
        self._free = threading.Semaphore(count)
        self._capabilities = tuple(capabilities)
        self._stopping = stopping

    def work(self) -> None:
        """Runs jobs that wait, one after another; returns when none is left or no slot is free."""
        # Whoever ends a job looks again before it gives its slot back, so a job that finds no slot is not lost.
        if (lease := self._begin()) is not None:
            self._work(lease)

    def start_threads(self, name: str) -> None:
        """Runs jobs that wait in threads of their own, as many as slots are free; never waits for a job."""
        while (lease := self._begin()) is not None:
            # The end of the process does not wait for it: the lease runs out, and another process has the job.
            threading.Thread(target=self._work_and_close, args=(lease,), daemon=True, name=name).start()

    def _begin(self) -> JobLease | None:
        """Takes a slot and a job; None, and no slot, where one of them is missing."""
        if self._stopping.is_set() or not self._free.acquire(blocking=False):
            return None
        lease = None
        try:
            lease = take(self._capabilities)
        finally:
            if lease is None:
                self._free.release()
        return lease

    def _work(self, lease: JobLease | None) -> None:
        try:
            while lease is not None:
                try:
                    RunningJob(lease, self._stopping).run()
                except Exception:
                    # The lease runs out by itself and the sweep gives the job another attempt.
                    _log.exception("A job stopped in the middle")
                lease = None if self._stopping.is_set() else take(self._capabilities)
        finally:
            self._free.release()

    def _work_and_close(self, lease: JobLease) -> None:
        try:
            self._work(lease)
        finally:
            connections.close_all()


stopping = threading.Event()
"""Set when this process ends; jobs at work are put back."""
job_slots = {capability: JobSlots(1, (capability,), stopping) for capability in settings.WORKER_CAPABILITIES}
"""A slot for each capability of this process: an hour of training never blocks a build."""
_worker_id = uuid.uuid4()


def queue_name(capability: str) -> str:
    """The queue of wake-ups that workers with a capability listen to."""
    return f"jobs.{capability}"


def notify_workers(capability: str = Capability.BUILD) -> None:
    """Wakes a worker: jobs wait."""
    try:
        current_app.send_task("forge.jobs.work", args=[capability], queue=queue_name(capability), ignore_result=True)
    except Exception:
        # The sweep wakes the worker again; who asked must not fail because a queue is away.
        _log.exception("The wake-up for jobs was not sent")


def sweep_jobs() -> None:
    """Queues jobs again whose worker died, and wakes workers where jobs wait."""
    announce_worker(*job_slots)
    for job_id in sweep():
        _log.warning("Job %s starts again: its worker stopped answering", job_id)
    waiting = Job.objects.filter(state=JobState.QUEUED, capability__in=job_slots)
    for capability in waiting.order_by().values_list("capability", flat=True).distinct():
        notify_workers(capability)


_announced: set[str] = set()


def announce_worker(*capabilities: str) -> None:
    """Says that this process works, and what it has; every few seconds, or when it has more."""
    now = timezone.now()
    is_known = _announced.issuperset(capabilities)
    _announced.update(capabilities)
    if is_known and Worker.objects.filter(pk=_worker_id, seen__gt=now - ANNOUNCED_EVERY).exists():
        return
    Worker.objects.update_or_create(pk=_worker_id, defaults={"capabilities": sorted(_announced), "seen": now})
    Worker.objects.filter(seen__lt=now - FORGOTTEN_AFTER).delete()
