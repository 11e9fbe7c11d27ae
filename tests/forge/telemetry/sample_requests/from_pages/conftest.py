"""A page whose person is asked for samples."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.projects.models import Project
from tests.support.forge.page_samples import RequestedPage, requested_page


@pytest.fixture
def page(project: Project, developer: User, reviewer: User) -> RequestedPage:
    return requested_page(developer, project)
