"""The build of a version of a project's files that speaks for the version."""

from __future__ import annotations

from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.models import Project, Version


def newest_build_of(project: Project, source: Version) -> Build | None:
    """The newest build that succeeded of a version of the project's files, by which blocks of them are approved."""
    builds = Build.objects.numbered().filter(project=project, version=source, job__state=JobState.SUCCEEDED)
    known = builds.exclude(artefact=None).select_related("artefact", "version", "project")
    return known.order_by("-number").first()
