"""Tells a worker that somebody may train or convert soon, so that the libraries are loaded when they do. A lost
message costs some seconds, and nothing else."""

from __future__ import annotations

import logging

from celery import current_app, shared_task

from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import job_slots, queue_name
from forge.learning.lab_jobs.process import lab_variables
from forge.learning.lab_jobs.waiting import LabLibraries, waiting_labs

_log = logging.getLogger(__name__)

EXPIRES_SECONDS = 30


def prepare(libraries: list[str]) -> None:
    """Prepares a process of `lab` for each of these libraries, if this worker has jobs for it."""
    if WorkerCapability.LAB in job_slots:
        for name in libraries:
            waiting_labs[LabLibraries(name)].prepare(lab_variables())


shared_task(name="forge.learning.prepare", ignore_result=True)(prepare)


def prepare_soon(*libraries: LabLibraries) -> None:
    """Tells one worker of `lab` to prepare a process with each of these libraries."""
    try:
        current_app.send_task(
            "forge.learning.prepare",
            [[each.value for each in libraries]],
            queue=queue_name(WorkerCapability.LAB),
            expires=EXPIRES_SECONDS,
            ignore_result=True,
        )
    except Exception:
        # A page must not fail because a queue is away.
        _log.exception("The message to prepare libraries was not sent")
