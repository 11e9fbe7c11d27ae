"""A device whose owner is asked for samples."""

from __future__ import annotations

import pytest

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.support.forge.sample_requests import RequestedFleet, fleet_with_request


@pytest.fixture
def site(organisation: Organisation, project: Project, developer: User, reviewer: User) -> RequestedFleet:
    return fleet_with_request(organisation, project, developer)
