"""The wake-up of workers over Celery. It carries no work of its own: what there is to do is in the database."""

from __future__ import annotations

from celery import shared_task

from forge.jobs.workers.slots import job_slots


def work(capability: str) -> None:
    """Runs jobs that wait for a worker with a capability."""
    if (slots := job_slots.get(capability)) is not None:
        slots.work()


shared_task(name="forge.jobs.work", ignore_result=True)(work)
