"""The number of builds that read the test split of a project. Training, searches and conversions never read it."""

from __future__ import annotations

from forge.builds.models import Build
from forge.projects.models import Project


def test_reads(project: Project) -> int:
    """The numbered builds of a project that ran on test samples. One query."""
    return Build.objects.numbered().filter(project=project, evaluation__samples__gt=0).count()
