"""A deployment for the tests of deployments."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.deployments.models import Deployment
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed


@pytest.fixture
def following(developer: User, reviewer: User, project: Project) -> Deployment:
    """A deployment that follows the tag `stable`, which anyone may set."""
    return deployed(developer, project, follow=True)
