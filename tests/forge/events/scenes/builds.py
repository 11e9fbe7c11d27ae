"""Scenes of builds, their packages and previews."""

from __future__ import annotations

import threading
from datetime import timedelta

from django.utils import timezone

from forge.builds import actions as builds
from forge.builds.bins.actions import take_bins
from forge.builds.models import Build
from forge.builds.previews import refresh as previews
from forge.builds.previews.actions import watch_wires
from forge.builds.runs import progress
from forge.builds.runs.building import BUILD
from forge.datasets.versions.actions import save_version
from forge.jobs import actions as jobs
from forge.jobs import queue
from forge.jobs.log import NewLogLine
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.projects.actions import write_file
from forge.projects.versions.store import snapshot
from tests.forge.events.scenarios import Act, EventWorld, scene, take_build
from tests.support.forge.factories.builds import built, failed_build, finished, take_job
from tests.support.forge.factories.recordings import consent_of, sample_of


@scene(builds.request_build)
def the_first_build_is_requested(world: EventWorld) -> Act:
    return lambda: builds.request_build(world.developer, world.project)


@scene(builds.request_build)
def a_build_is_requested_beyond_the_list(world: EventWorld) -> Act:
    for _ in range(10):
        built(world.developer, world.project)
    return lambda: builds.request_build(world.developer, world.project)


@scene(builds.choose_for_builds)
def targets_are_chosen(world: EventWorld) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c"]})
    return lambda: builds.choose_for_builds(world.developer, world.project, {"targets": ["cortex-m4", "c"]})


@scene(builds.request_build)
def a_build_with_packages_is_requested(world: EventWorld) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c", "cortex-m4"]})
    return lambda: builds.request_build(world.developer, world.project)


@scene(progress.announce_package)
def a_package_is_refused(world: EventWorld) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c"]})
    finished(builds.request_build(world.developer, world.project))
    lease = take_job()
    return lambda: queue.finish(lease, JobState.FAILED, error="The model needs its host.")


@scene(queue.finish)
def a_build_with_packages_fails(world: EventWorld) -> Act:
    builds.choose_for_builds(world.developer, world.project, {"targets": ["c"]})
    lease = take_build(world)
    return lambda: queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.")


@scene(progress.announce_build)
def a_build_is_shown_again(world: EventWorld) -> Act:
    build = builds.request_build(world.developer, world.project)
    return lambda: progress.announce_build(build)


@scene(jobs.cancel_job)
def a_queued_build_is_cancelled(world: EventWorld) -> Act:
    build = builds.request_build(world.developer, world.project)
    return lambda: jobs.cancel_job(world.developer, Job.objects.get(build=build))


@scene(jobs.retry_job)
def a_failed_build_is_retried(world: EventWorld) -> Act:
    build = failed_build(world.developer, world.project)
    return lambda: jobs.retry_job(world.developer, Job.objects.get(build=build))


@scene(queue.take)
def a_worker_takes_a_build(world: EventWorld) -> Act:
    builds.request_build(world.developer, world.project)
    return lambda: queue.take((WorkerCapability.BUILD,))


@scene(progress.announce_log)
def a_worker_writes_lines(world: EventWorld) -> Act:
    lease = take_build(world)
    queue.renew(lease, [NewLogLine("2 stages", step="check", milliseconds=1.5)])
    return lambda: queue.renew(lease, [NewLogLine("a", step="compile"), NewLogLine("b", "warning", "compile")])


@scene(progress.announce_build_change)
def a_build_is_announced(world: EventWorld) -> Act:
    build = builds.request_build(world.developer, world.project)
    return lambda: progress.announce_build_change(Job.objects.get(build=build))


@scene(queue.finish)
def a_build_fails(world: EventWorld) -> Act:
    lease, lines = take_build(world), [NewLogLine("1 error", "error", "check")]
    return lambda: queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.", lines=lines)


@scene(queue.finish)
def a_build_succeeds(world: EventWorld) -> Act:
    artefact = built(world.developer, world.project).artefact
    lease = take_build(world)
    Build.objects.filter(job=lease.job).update(artefact=artefact)
    return lambda: queue.finish(lease, JobState.SUCCEEDED, result={})


@scene(queue.put_back)
def a_worker_puts_a_build_back(world: EventWorld) -> Act:
    lease = take_build(world)
    return lambda: queue.put_back(lease, [NewLogLine("The server stops.")], counts=False)


@scene(queue.sweep)
def a_worker_is_lost(world: EventWorld) -> Act:
    take_build(world)
    return lambda: queue.sweep(timezone.now() + timedelta(hours=1))


@scene(queue.sweep)
def a_worker_is_lost_for_the_last_time(world: EventWorld) -> Act:
    take_build(world)
    Job.objects.update(attempt=BUILD.attempts)
    return lambda: queue.sweep(timezone.now() + timedelta(hours=1))


def _refresh(world: EventWorld) -> None:
    previews.refresh_previews(world.project.pk, world.compiler, threading.Event())


@scene(previews.refresh_previews)
def the_text_becomes_a_rune(world: EventWorld) -> Act:
    return lambda: _refresh(world)


@scene(previews.refresh_previews)
def the_text_is_broken_after_it_was_a_rune(world: EventWorld) -> Act:
    _refresh(world)
    write_file(world.developer, world.project, "Runefile.yml", b"version: 1\nimage: runicos/base\npipeline: 7\n")
    return lambda: _refresh(world)


@scene(previews.refresh_previews)
def a_wire_is_watched(world: EventWorld) -> Act:
    _refresh(world)
    watch_wires(world.developer, world.project, [{"stage": "number", "index": 0}])
    return lambda: _refresh(world)


@scene(builds.build_version)
def a_version_that_is_not_the_files_is_built(world: EventWorld) -> Act:
    version = snapshot(world.project)
    write_file(world.owner, world.project, "notes.md", b"newer")
    return lambda: builds.build_version(world.developer, version)


@scene(take_bins)
def bins_of_a_version_of_the_data_are_requested(world: EventWorld) -> Act:
    sample = sample_of(consent_of(world.developer, world.project), world.developer, label="knock")
    save_version(world.developer, world.project, revision=sample.revision)
    return lambda: take_bins(world.developer, world.project, 1)
