"""The build that stands for a version of a project's files."""

from __future__ import annotations

from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.models import Project, Version


def newest_build_of(project: Project, source: Version) -> Build | None:
    """Returns the newest build of a version of the files that succeeded. Its approval is that of their blocks."""
    builds = Build.objects.numbered().filter(project=project, version=source, job__state=JobState.SUCCEEDED)
    stored_builds = builds.exclude(artefact=None).select_related("artefact", "version", "project")
    return stored_builds.order_by("-number").first()
