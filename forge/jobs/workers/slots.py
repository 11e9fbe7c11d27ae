"""The slots of jobs in one process, and the wake-ups of workers. A lost wake-up delays a job, but never loses it."""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections.abc import Collection
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import connections
from django.utils import timezone

from forge.compute.scheduler.recent_usage import sharing
from forge.compute.scheduler.slots import Party, SlotScheduler, may_begin
from forge.jobs.models import Job, JobState, Worker, WorkerCapability
from forge.jobs.queue import JobLease, sweep, take
from forge.jobs.workers.running import RunningJob

_log = logging.getLogger(__name__)

ANNOUNCED_EVERY = timedelta(seconds=10)
"""How often a worker says that it is there."""
REMOVED_AFTER = timedelta(minutes=5)
"""A worker that has said nothing for this long is deleted from the list."""


BEYOND = 2
"""Builds that a process may have begun and suspended beside those that compute; each needs memory."""


def build_slots() -> int:
    """Returns how many jobs that build compute at once in a process: half of the cores, so that typing stays quick."""
    return max(1, (os.cpu_count() or 2) // 2)


class JobSlots:
    """Runs up to `count` jobs of these capabilities at once in this process.

    Jobs that compute share the processor. With `beyond`, a job of another organisation is begun although the slots are
    full, and the organisation that computed more is suspended meanwhile.
    """

    def __init__(
        self,
        count: int,
        capabilities: Collection[str],
        stopping: threading.Event,
        *,
        computes: bool = True,
        beyond: int = 0,
    ) -> None:
        self.places = count + beyond
        """How many jobs may have begun at once."""
        self._count = count
        self._beyond = beyond
        self._capabilities = tuple(capabilities)
        self._stopping = stopping
        scheduler = SlotScheduler(count, places=self.places, short=5.0, half_life=5.0, head_start=1.0, sharing=sharing)
        self._scheduler = scheduler if computes else None
        self._busy: list[Party] = []
        self._lock = threading.Lock()

    def work(self) -> None:
        """Runs jobs that wait, one after another; returns when there is none, or no place for one."""
        while (lease := self._begin()) is not None:
            self._run(lease)

    def start_threads(self, name: str) -> None:
        """Runs jobs that wait in threads of their own, as many as slots are free; never waits for a job."""
        while (lease := self._begin()) is not None:
            # The end of the process does not wait for it: the lease runs out, and another process has the job.
            threading.Thread(target=self._work_and_close, args=(lease,), daemon=True, name=name).start()

    def _begin(self) -> JobLease | None:
        """Takes a place and a job; None, and no place, where one of them is missing."""
        # The thread that ends a job looks again after it gave its place back, so a job that finds no place is not lost.
        with self._lock:
            if self._stopping.is_set() or len(self._busy) >= self.places:
                return None
            lease = take(
                self._capabilities,
                may_take=lambda party: may_begin(party, self._busy, self._count, self._beyond),
                worker=worker_name(),
            )
            if lease is not None:
                self._busy.append(lease.party)
            return lease

    def _run(self, lease: JobLease) -> None:
        try:
            if self._scheduler is None:
                RunningJob(lease, self._stopping).run()
                return
            with self._scheduler.claim(lease.party) as slot:
                RunningJob(lease, self._stopping, slot.pace).run()
        except Exception:
            # The lease runs out by itself and the sweep gives the job another attempt.
            _log.exception("A job stopped in the middle")
        finally:
            with self._lock:
                self._busy.remove(lease.party)

    def _work_and_close(self, lease: JobLease) -> None:
        try:
            self._run(lease)
            self.work()
        finally:
            connections.close_all()


stopping = threading.Event()
"""Set when this process ends; jobs at work are put back."""


def _slots_of(capability: str) -> JobSlots:
    """Slots for each capability of this process: an hour of training never blocks a build."""
    if capability == WorkerCapability.BUILD:
        return JobSlots(build_slots(), (capability,), stopping, beyond=BEYOND)
    if capability == WorkerCapability.LAB:
        return JobSlots(build_slots(), (capability,), stopping)  # one that trains uses two cores
    return JobSlots(1, (capability,), stopping)


job_slots = {capability: _slots_of(capability) for capability in settings.WORKER_CAPABILITIES}
_worker_id = uuid.uuid4()


def worker_name() -> str:
    """The name of this process on pages: the operator's, or one that says nothing about the machine."""
    return settings.WORKER_NAME or f"worker {_worker_id.hex[:4]}"


def queue_name(capability: str) -> str:
    """The queue of wake-ups that workers with a capability listen to."""
    return f"jobs.{capability}"


def notify_workers(capability: str = WorkerCapability.BUILD) -> None:
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


_announced_capabilities: set[str] = set()


def announce_worker(*capabilities: str) -> None:
    """Says that this process works, and what it has; every few seconds, or when it has more."""
    now = timezone.now()
    is_known = _announced_capabilities.issuperset(capabilities)
    _announced_capabilities.update(capabilities)
    if is_known and Worker.objects.filter(pk=_worker_id, announced__gt=now - ANNOUNCED_EVERY).exists():
        return
    Worker.objects.update_or_create(
        pk=_worker_id, defaults={"capabilities": sorted(_announced_capabilities), "announced": now}
    )
    Worker.objects.filter(announced__lt=now - REMOVED_AFTER).delete()
