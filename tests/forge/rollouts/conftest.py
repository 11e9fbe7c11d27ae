"""Devices of a deployment with a version more than it serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.support.forge.rollouts import RolloutFleet, rollout_fleet


@pytest.fixture
def fleet(
    organisation: Organisation,
    project: Project,
    developer: User,
    reviewer: User,
    settings: Any,
    tmp_path: Path,
) -> RolloutFleet:
    settings.SIGNING_SECRET_FILE = tmp_path / "apart" / "signing-secret"
    return rollout_fleet(organisation, project, developer, 8)
