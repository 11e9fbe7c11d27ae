"""A page of a deployment that counts. What a process has not written yet is of no other test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge.accounts.models import User
from forge.projects.models import Project
from forge.telemetry.app_reports.pending import pending_sums
from tests.support.forge.page_counts import CountingPage, counting_page


@pytest.fixture
def page(project: Project, developer: User, reviewer: User) -> CountingPage:
    return counting_page(developer, project)


@pytest.fixture(autouse=True)
def no_pending_sums() -> Iterator[None]:
    pending_sums.write(lambda _: None)
    yield
    pending_sums.write(lambda _: None)
