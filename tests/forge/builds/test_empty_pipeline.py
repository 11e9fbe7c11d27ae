"""A new project has an empty pipeline. Problems warns of it and calls it no error, so its build succeeds as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.actions import create_project
from tests.forge.builds.conftest import log_of

pytestmark = pytest.mark.django_db


def test_a_new_project_builds(organisation: Any, developer: Any, work: Callable[[Build], Build]) -> None:
    project = create_project(developer, organisation, "shake-alarm")
    build = work(request_build(developer, project))
    assert (build.state, build.error) == (JobState.SUCCEEDED, ""), log_of(build)
    assert [diagnostic["code"] for diagnostic in build.diagnostics] == ["RUNE0014"]
