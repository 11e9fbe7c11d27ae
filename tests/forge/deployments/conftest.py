"""A deployment for the tests of deployments, and the signer that signs what it serves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.accounts.models import User
from forge.deployments.models import Deployment
from forge.jobs.models import Job
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.signing_jobs import run_signing_jobs


@pytest.fixture
def following(developer: User, reviewer: User, project: Project) -> Deployment:
    """A deployment that follows the tag `stable`, which anyone may set."""
    return deployed(developer, project, follow=True)


@pytest.fixture
def run_signer(tmp_path: Path, settings: Any) -> Callable[[], list[Job]]:
    """Runs the jobs that wait for the signer. Returns them as they ended."""
    settings.SIGNING_SECRET_FILE = tmp_path / "apart" / "signing-secret"
    return run_signing_jobs
