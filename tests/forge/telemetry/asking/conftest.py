"""A device whose owner is asked for samples."""

from __future__ import annotations

import pytest

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.support.forge.asking import AskedFleet, asked_fleet


@pytest.fixture
def asked(organisation: Organisation, project: Project, developer: User, reviewer: User) -> AskedFleet:
    return asked_fleet(organisation, project, developer)
