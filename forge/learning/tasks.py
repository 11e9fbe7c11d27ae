"""Tells a worker that somebody may train or convert soon, so that TensorFlow is loaded when they do. A lost message
costs some seconds, and nothing else."""

from __future__ import annotations

import logging

from celery import current_app, shared_task

from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import job_slots, queue_name
from forge.learning.conversions.lab_process import lab_variables
from forge.learning.waiting_lab import waiting_lab

_log = logging.getLogger(__name__)

EXPIRES_SECONDS = 30


def prepare() -> None:
    """Prepares a process of `lab`, if this worker has jobs for it."""
    if WorkerCapability.LAB in job_slots:
        waiting_lab.prepare(lab_variables())


shared_task(name="forge.learning.prepare", ignore_result=True)(prepare)


def prepare_soon() -> None:
    """Tells one worker of `lab` to prepare a process."""
    try:
        current_app.send_task(
            "forge.learning.prepare",
            queue=queue_name(WorkerCapability.LAB),
            expires=EXPIRES_SECONDS,
            ignore_result=True,
        )
    except Exception:
        # A page must not fail because a queue is away.
        _log.exception("The message to prepare TensorFlow was not sent")
