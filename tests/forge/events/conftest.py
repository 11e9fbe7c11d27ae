"""The world in which scenes play."""

from __future__ import annotations

import pytest

from forge.accounts.models import Organisation, User
from forge.compute.pool.compiler import Compiler
from forge.projects.models import Project
from tests.forge.events.scenarios import EventWorld


@pytest.fixture
def world(
    organisation: Organisation,
    project: Project,
    owner: User,
    developer: User,
    reviewer: User,
    stranger: User,
    compiler: Compiler,
) -> EventWorld:
    return EventWorld(organisation, project, owner, developer, reviewer, stranger, compiler)
