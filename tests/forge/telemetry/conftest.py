"""A device of a deployment that counts."""

from __future__ import annotations

import pytest

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.support.forge.counts import CountingFleet, counting_fleet


@pytest.fixture
def fleet(organisation: Organisation, project: Project, developer: User, reviewer: User) -> CountingFleet:
    return counting_fleet(organisation, project, developer)
