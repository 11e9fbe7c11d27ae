"""The reasons why jobs wait: their positions in their organisation's queue, or what has to happen first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from forge.compute.scheduler.fair_order import QueuedJob, positions
from forge.compute.scheduler.slots import Party
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job, JobState, Worker, WorkerCapability
from forge.jobs.queue import NEEDS_NOTHING, recent_jobs

WORKER_TIMEOUT = timedelta(seconds=30)
"""A worker that announced itself longer ago counts as gone."""
MAX_POSITIONS = 200
"""The oldest waiting jobs of an organisation, which have positions."""


@dataclass(frozen=True)
class WaitingFacts:
    """The reason why a job waits, as a sentence, and its position in the organisation's queue of its capability."""

    reason: str
    position: int | None = None


def waiting_facts(jobs: Sequence[Job], now: datetime | None = None) -> Mapping[UUID, WaitingFacts]:
    """Returns why each of these jobs of one organisation waits, without those that do not wait.

    Makes no query where none waits.
    """
    now = now or timezone.now()
    queued_jobs = [job for job in jobs if job.state == JobState.QUEUED]
    if not queued_jobs:
        return {}
    workers = Worker.objects.filter(announced__gt=now - WORKER_TIMEOUT).values_list("capabilities", flat=True)
    capabilities = {capability for each in workers for capability in each}
    running = Job.objects.filter(state=JobState.RUNNING, exclusive__in={job.exclusive for job in queued_jobs} - {""})
    busy = set(running.values_list("exclusive", flat=True))
    order = _positions(queued_jobs[0].organisation_id, now)
    return {job.pk: _facts(job, capabilities, busy, order.get(job.pk), now) for job in queued_jobs}


def _facts(job: Job, capabilities: set[str], busy: set[str], position: int | None, now: datetime) -> WaitingFacts:
    if job.paused:
        return WaitingFacts("Paused until it can go on")
    if not job.needs_nothing and job.required_job is not None:
        return WaitingFacts(f"Waits for the {kind_of(job.required_job.kind).noun} to succeed")
    if job.capability not in capabilities:
        return WaitingFacts(f"Waits for a worker with {job.capability}")
    if job.activity:
        return WaitingFacts(job.activity)
    if job.due > now:
        return WaitingFacts(f"Attempt {job.attempt + 1} starts at {job.due:%H:%M:%S} UTC")
    if job.exclusive in busy:
        return WaitingFacts("Waits for another job with the same input")
    return WaitingFacts(position_text(position), position)


def position_text(position: int | None) -> str:
    """Says a position; None is one behind those that are counted."""
    if position is None:
        return f"More than {MAX_POSITIONS} jobs are ahead in the queue"
    return "Next in the queue" if position == 1 else f"Number {position} in the queue"


def _positions(organisation: UUID, now: datetime) -> dict[UUID, int]:
    """The positions of the organisation's oldest waiting jobs among themselves, by capability."""
    queued_jobs = Job.objects.filter(organisation=organisation, state=JobState.QUEUED, paused=False, due__lte=now)
    waiting = queued_jobs.filter(NEEDS_NOTHING).order_by("created")
    rows = list(
        waiting.values_list("capability", "pk", "requested_by", "by_program", "attempt", "created")[:MAX_POSITIONS]
    )
    recent = [each for each in recent_jobs(now) if each.party.organisation == organisation]
    order: dict[UUID, int] = {}
    for capability in WorkerCapability.values:
        jobs = (
            QueuedJob(pk, Party(organisation, member, is_program), attempt, created)
            for of, pk, member, is_program, attempt, created in rows
            if of == capability
        )
        order |= positions(jobs, recent, now)
    return order
