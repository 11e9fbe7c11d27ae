"""Scenes of jobs in the queue."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from forge.builds.packages.firmware import FIRMWARE
from forge.compute.scheduler.slots import Party
from forge.jobs import actions as jobs
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from tests.forge.events.scenarios import Act, EventWorld, scene


def _job(world: EventWorld) -> Job:
    party = Party(world.organisation.pk, world.developer.pk)
    return queue.enqueue(FIRMWARE, party.organisation, {"build": str(uuid4())}, party=party, project=world.project)


def _job_lease(world: EventWorld) -> queue.JobLease:
    _job(world)
    lease = queue.take((WorkerCapability.BUILD,))
    assert lease is not None
    return lease


@scene(queue.enqueue)
def a_job_is_queued(world: EventWorld) -> Act:
    return lambda: _job(world)


@scene(queue.take)
def a_worker_takes_a_job(world: EventWorld) -> Act:
    _job(world)
    return lambda: queue.take((WorkerCapability.BUILD,))


@scene(queue.finish)
def a_job_fails(world: EventWorld) -> Act:
    lease = _job_lease(world)
    return lambda: queue.finish(lease, JobState.FAILED, error="The file is empty.")


@scene(queue.put_back)
def a_job_is_put_back(world: EventWorld) -> Act:
    lease = _job_lease(world)
    return lambda: queue.put_back(lease, [], counts=True)


@scene(queue.sweep)
def the_worker_of_a_job_died(world: EventWorld) -> Act:
    _job_lease(world)
    return lambda: queue.sweep(timezone.now() + timedelta(hours=1))


@scene(jobs.cancel_job)
def a_queued_job_is_cancelled(world: EventWorld) -> Act:
    job = _job(world)
    return lambda: jobs.cancel_job(world.developer, job)


@scene(jobs.retry_job)
def a_job_is_retried(world: EventWorld) -> Act:
    job = _job(world)
    queue.cancel(job, "Ann")
    return lambda: jobs.retry_job(world.developer, job)


@scene(queue.announce)
def the_state_of_a_job_is_announced(world: EventWorld) -> Act:
    job = _job(world)
    return lambda: queue.announce(job)


@scene(queue.cancel)
def a_job_is_ended_for_somebody(world: EventWorld) -> Act:
    job = _job(world)
    return lambda: queue.cancel(job, "Ann")


@scene(queue.restart)
def a_running_job_begins_again(world: EventWorld) -> Act:
    job = _job(world)
    assert queue.take([job.capability]) is not None
    return lambda: queue.restart(job, "Its samples were deleted.")


@scene(queue.retry)
def a_job_is_queued_again_for_somebody(world: EventWorld) -> Act:
    job = _job(world)
    queue.cancel(job, "Ann")
    return lambda: queue.retry(job, "Ann")
