"""A worker with a build, for real: compile, log, cache, a killed process, a cancel, and the end of the program."""

from __future__ import annotations

import errno
import os
import signal
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.compiling.artefact_store import open_rune
from forge.builds.models import Artefact, Build
from forge.builds.serializers.builds import MeasurementJson, build_to_json
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import fresh_compiler
from forge.compute.scheduler.compute_pace import ComputePace
from forge.core.models import AuditEntry, Event
from forge.jobs.actions import cancel_job
from forge.jobs.models import Job, JobState
from forge.jobs.workers import running
from forge.projects.actions import write_file
from tests.forge.builds.conftest import log_of
from tests.support.forge.compilers import BROKEN_RUNEFILE
from tests.support.forge.factories.builds import run_job, take_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_a_build_makes_a_rune_with_a_report_and_a_log(build: Build, work: Callable[[Build], Build]) -> None:
    build = work(build)
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert build.artefact is not None
    with open_rune(build.artefact) as file:
        assert file.read(4) == b"\0asm"
    assert build.artefact.report["run"]["runs"] > 0
    assert [line.step for line in build.log.all()] == ["check", "compile", "verify", "measure"]
    types = list(Event.objects.filter(stream_id=build.project.stream).values_list("type", flat=True))
    assert types.count("build.changed") == 3
    assert "build.log" in types
    assert AuditEntry.objects.filter(action="build.request", subject=build.subject).exists()


@pytest.mark.slow
def test_a_rune_that_is_verified_and_measured_is_not_suspended(build: Build, compiler: Compiler) -> None:
    lease = take_job()
    measured_after: list[bool] = []

    def never_again() -> ComputePace:
        """A turn that ends for good once there is a rune."""
        measured_after.append(Build.objects.get(pk=build.pk).artefact is not None)
        return ComputePace.SUSPENDED if measured_after[-1] else ComputePace.USUAL

    run_job(lease, lambda: nullcontext(compiler), pace=never_again)
    build.refresh_from_db()
    assert build.state == JobState.SUCCEEDED
    assert not any(measured_after)


@pytest.mark.slow
def test_the_same_files_are_answered_from_the_cache(
    project: Any, developer: Any, work: Callable[[Build], Build]
) -> None:
    first = work(request_build(developer, project))

    def never() -> Compiler:
        raise AssertionError("a compiler was started")

    second = request_build(developer, project)
    lease = take_job()
    run_job(lease, never)
    second.refresh_from_db()
    assert second.state == JobState.SUCCEEDED
    assert second.artefact == first.artefact
    assert "Reused an earlier build" in log_of(second)
    assert second.measurement == first.measurement
    assert second.measurement is not None


def measured(build: Build) -> MeasurementJson | None:
    report = build_to_json(build)["report"]
    assert report is not None
    return report["run"]


@pytest.mark.slow
def test_measuring_the_same_files_again_leaves_the_time_of_the_earlier_build(
    project: Any, developer: Any, work: Callable[[Build], Build]
) -> None:
    """Two builds of the same files that are asked for at once are both measured."""
    first = work(request_build(developer, project))
    measurement = measured(first)
    artefact = first.artefact
    assert artefact is not None
    report = {name: part for name, part in artefact.report.items() if name != "run"}
    Artefact.objects.filter(pk=artefact.pk).update(report=report)
    second = work(request_build(developer, project))
    first = Build.objects.select_related("artefact", "version").get(pk=first.pk)
    assert measured(first) == measurement == first.measurement
    assert measured(second) == second.measurement != first.measurement


@pytest.mark.slow
def test_a_broken_project_fails_with_its_diagnostics(
    project: Any, developer: Any, work: Callable[[Build], Build]
) -> None:
    write_file(developer, project, "Runefile.yml", BROKEN_RUNEFILE)
    build = work(request_build(developer, project))
    assert build.state == JobState.FAILED
    assert build.diagnostics
    assert build.error
    assert build.artefact is None


@pytest.mark.slow
@pytest.mark.protects("compiling/dying-children")
def test_a_killed_compiler_means_another_attempt(build: Build, work: Callable[[Build], Build]) -> None:
    lease = take_job()
    run_job(lease, lambda: KilledCompiler(after=1))
    build.refresh_from_db()
    assert (build.state, build.attempt) == (JobState.QUEUED, 1)
    assert "SIGKILL" in log_of(build)
    build = work(build)
    assert (build.state, build.attempt) == (JobState.SUCCEEDED, 2)
    assert Artefact.objects.count() == 1


@pytest.mark.slow
def test_a_compiler_that_is_always_killed_fails_the_build(build: Build) -> None:
    for _ in range(3):
        lease = take_job()
        run_job(lease, lambda: KilledCompiler(after=0))
    build.refresh_from_db()
    assert (build.state, build.attempt) == (JobState.FAILED, 3)
    assert "SIGKILL" in build.error


class KilledCompiler(Compiler):
    """A compiler whose process is killed from outside after some answers, or before its job."""

    def __init__(self, after: int) -> None:
        normal = fresh_compiler()
        super().__init__(normal._root)
        self._after = after

    def make_ready(self, **others: Any) -> ChildProcess:
        # One that is killed before is replaced by another one if its end is seen in time.
        process = super().make_ready(**others)
        if not self._after:
            self._kill()
        return process

    def run(self, job: Any, on_answer: Any, **others: Any) -> None:
        left = self._after

        def answer(message: Any) -> None:
            nonlocal left
            on_answer(message)
            left -= 1
            if not left:
                self._kill()

        super().run(job, answer, **others)

    def _kill(self) -> None:
        assert self.pid is not None
        os.kill(self.pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_cancel_ends_the_compiler_at_once(build: Build, developer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RENEW_EVERY", 0.0)
    lease = take_job()
    compilers: list[Compiler] = []

    def cancelling() -> Compiler:
        compilers.append(fresh_compiler())
        cancel_job(developer, Job.objects.get(build=build))
        return compilers[0]

    run_job(lease, cancelling)
    build.refresh_from_db()
    assert build.state == JobState.CANCELLED
    assert build.artefact is None
    assert not compilers[0].alive
    assert Artefact.objects.count() == 0


def test_the_end_of_the_program_puts_the_build_back(build: Build) -> None:
    lease = take_job()
    stopping = threading.Event()
    stopping.set()
    run_job(lease, stopping=stopping)
    build.refresh_from_db()
    assert (build.state, build.attempt) == (JobState.QUEUED, 0)
    assert "starts again" in log_of(build)


@pytest.mark.slow
@pytest.mark.protects("uploads/full-disk")
def test_a_build_waits_while_the_disk_is_full(build: Build) -> None:
    def on_a_full_disk() -> Compiler:
        raise OSError(errno.ENOSPC, "No space left on device")

    lease = take_job()
    run_job(lease, on_a_full_disk)
    build.refresh_from_db()
    assert (build.state, build.attempt, build.error) == (JobState.QUEUED, 0, "")
    assert "The server's disk is full. The build starts again when there is room." in log_of(build)
