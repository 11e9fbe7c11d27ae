"""The reports of a worker about a numbered build: the state of its job, its log, and its artefacts so far."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, prefetch_related_objects

from forge.builds.access import complete_builds, packages_for_reading
from forge.builds.announcements import BUILD_CHANGED, BUILD_LOG, PACKAGE_CHANGED
from forge.builds.evaluations.limits import judged_to_json, judgements_of
from forge.builds.hooks import build_changed
from forge.builds.models import Build
from forge.builds.serializers.builds import build_to_json, log_line_to_json
from forge.builds.serializers.packages import package_to_json
from forge.core.events.log import append_event
from forge.jobs.models import Job, JobLogLine


def announce_build(build: Build) -> None:
    """Tells the project's stream how a build is."""
    prefetch_related_objects([build], Prefetch("packages", packages_for_reading()))
    append_event(build.project.stream, BUILD_CHANGED(build=build_to_json(build)))


def announce_build_change(job: Job) -> None:
    """Tells how a build is whose job changed its state. A build that was read with its job is not read again."""
    build_changed.call(job)
    is_read = Job._meta.get_field("build").is_cached(job)
    announce_build(job.build if is_read else complete_builds().get(job=job))


def announce_package(job: Job) -> None:
    """Tells how a package is whose job changed its state. It is no change of the build, which may have ended before."""
    package = packages_for_reading().select_related("artefact", "job", "build__project").get(job=job)
    limits = [judged_to_json(each) for each in judgements_of(package.build)]
    event = PACKAGE_CHANGED(build=str(package.build_id), package=package_to_json(package), limits=limits)
    append_event(package.build.project.stream, event)


def announce_log(job: Job, lines: Sequence[JobLogLine]) -> None:
    """Tells the project's stream of lines that were added to a build's log."""
    assert job.project is not None  # noqa: S101 (a build is of a project)
    append_event(
        job.project.stream, BUILD_LOG(build=job.spec["build"], lines=[log_line_to_json(line) for line in lines])
    )
