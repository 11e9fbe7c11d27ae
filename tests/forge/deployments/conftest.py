"""A deployment for the tests of deployments, and the signer that signs what it serves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.accounts.models import User
from forge.deployments.models import Deployment
from forge.jobs import queue
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.running import RunningJob
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed


@pytest.fixture
def following(developer: User, reviewer: User, project: Project) -> Deployment:
    """A deployment that follows the tag `stable`, which anyone may set."""
    return deployed(developer, project, follow=True)


@pytest.fixture
def run_signer(tmp_path: Path, settings: Any) -> Callable[[], list[Job]]:
    """Runs the jobs that wait for the signer. Returns them as they ended."""
    settings.SIGNING_SECRET_FILE = tmp_path / "apart" / "signing-secret"

    def run() -> list[Job]:
        jobs = []
        while (lease := queue.take((WorkerCapability.SIGN,))) is not None:
            RunningJob(lease, threading.Event()).run()
            jobs.append(Job.objects.get(pk=lease.job.pk))
        return jobs

    return run
