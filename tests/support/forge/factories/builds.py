"""Builds that are there without a compiler, for tests that are about what happens to them afterwards."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone

from forge.builds.actions import request_build
from forge.builds.compiling.artefact_store import keep_artefact, take_known
from forge.builds.compiling.build_task import numbered_job, package_job
from forge.builds.compiling.execution import NewCompiler
from forge.builds.models import Build, BuildPackage
from forge.builds.packages.making import PACKAGE
from forge.builds.runs.storing import store_build
from forge.compute.child.steps.secret_search import search_files
from forge.compute.pool.toolchain import fresh_compiler
from forge.compute.scheduler.compute_pace import PaceNow, usual_pace
from forge.compute.scheduler.slots import Party
from forge.compute.secret_search import store_scan
from forge.jobs import kinds, queue
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.queue import JobLease
from forge.jobs.workers.running import RunningJob
from forge.projects.models import Project
from forge.projects.secrets.scan import SecretScan
from forge.projects.versions.store import VersionFiles, snapshot
from forge.reviews.actions import give_verdict
from forge.reviews.rounds.authorship import authors_of

RUNE = b"\0asm\1\0\0\0" + bytes(range(256)) * 20
OUTLINE = {
    "nodes": [
        {"name": "number", "kind": "capability", "detail": "RAW", "line": 5, "file": None},
        {"name": "out", "kind": "output", "detail": "SERIAL", "line": 10, "file": None},
    ],
    "wires": [{"source": "number", "source_index": 0, "target": "out", "target_index": 0, "type": "f32[1, 1]"}],
}


MEASUREMENT = {"milliseconds": 0.07, "runs": 20, "low": 0.06, "high": 0.08}


def built(user: Any, project: Project, rune: bytes = RUNE, outline: Any = OUTLINE, **report: Any) -> Build:
    """A build of the project's present files that succeeded with these bytes. It writes no event."""
    return finished(waiting(user, project), rune, outline, **report)


def waiting(user: Any, project: Project) -> Build:
    """A build of the project's present files that waits: the rows alone, which take half the time of `request_build`.

    A test that is about rights, limits, events or the audit log asks for a build as people do.
    """
    version = snapshot(project, user.person)
    with transaction.atomic():
        return store_build(user, project, version).build


def finished(build: Build, rune: bytes = RUNE, outline: Any = OUTLINE, **report: Any) -> Build:
    """A requested build, made to have succeeded with these bytes."""
    project = build.project
    job = numbered_job(build)
    artefact = take_known(job, lambda _: None)
    if artefact is None:
        build_report = {
            "toolchain": "0.1.0",
            "name": project.name,
            "rune": {"size": len(rune), "digest": f"sha256:{sha256(rune).hexdigest()}"},
            "memory": {"arena": 16, "serial": 100, "constants": 0, "pages": 2},
            "models": [],
            "resources": [],
            "steps": [],
            "pipeline": outline,
            "run": MEASUREMENT,
        } | report
        with TemporaryDirectory() as folder:
            source = Path(folder) / "made.rune"
            source.write_bytes(rune)
            answer = {"report": build_report, "diagnostics": []}
            artefact = keep_artefact(job, source, answer, lambda _: None)
    measurement = report.get("run", artefact.report["run"])
    Build.objects.filter(pk=build.pk).update(artefact=artefact, measurement=measurement)
    now = timezone.now()
    set_job(build, state=JobState.SUCCEEDED, attempt=1, started=now, finished=now)
    store_scan(
        build.source, SecretScan.from_json(search_files(VersionFiles(build.source.manifest), job.searched_paths))
    )
    build.refresh_from_db()
    return build


def set_job(build: Build, **values: object) -> None:
    """Writes to the row of the build's job, as if that had happened."""
    Job.objects.filter(build=build).update(**values)


def take_job() -> JobLease:
    """Leases the job that is next to a worker that builds."""
    lease = queue.take((WorkerCapability.BUILD,))
    assert lease is not None
    return lease


def run_job(
    lease: JobLease,
    new_compiler: NewCompiler = fresh_compiler,
    pace: PaceNow = usual_pace,
    stopping: threading.Event | None = None,
) -> None:
    """Does a leased job of an executor that compiles, as a worker does."""
    kind = kind_of(lease.job.kind)
    execute: Any = kind.execute
    kinds.register(replace(kind, execute=partial(execute, new_compiler=new_compiler)))
    try:
        RunningJob(lease, stopping or threading.Event(), pace).run()
    finally:
        kinds.register(kind)


NEEDS = {
    "flash": 31_960,
    "ram": 11_105,
    "instructions": 2_042_492,
    "stages": [{"stage": "digits", "instructions": 2_000_000}, {"stage": "beside the steps", "instructions": 42_492}],
    "period": None,
    "not_measured": None,
    "missing": None,
}
PLANNED = NEEDS | {
    "instructions": None,
    "stages": [],
    "not_measured": "no emulator counts the instructions of these cores",
}


def packed(build: Build, target: str = "cortex-m4", needs: Any = NEEDS, package: bytes = b"PK package") -> BuildPackage:
    """The build with a package for a target."""
    assert build.artefact is not None
    job = package_job(numbered_job(build), build.artefact, target, "balanced")
    with TemporaryDirectory() as folder:
        source = Path(folder) / "made.zip"
        source.write_bytes(package)
        answer = {"report": {"name": build.name, "needs": needs}, "diagnostics": []}
        artefact = keep_artefact(job, source, answer, lambda _: None)
    return _stored_package(build, target, JobState.SUCCEEDED, "", artefact=artefact, needs=needs)


def refused(build: Build, target: str, reason: str = "The model needs its host.") -> BuildPackage:
    """The build without a package for a target, and why."""
    return _stored_package(build, target, JobState.FAILED, reason)


def _stored_package(build: Build, target: str, state: JobState, error: str, **values: object) -> BuildPackage:
    """A package whose job ended so, whether the build was asked for it or not."""
    package = BuildPackage.objects.filter(build=build, target=target).first()
    if package is None:
        spec, party = {"build": str(build.pk), "target": target}, Party(build.project.organisation_id)
        job = queue.create_job(
            PACKAGE, party.organisation, spec, party=party, project=build.project, required_job=build.job
        )
        package = BuildPackage.objects.create(build=build, target=target, job=job)
    now = timezone.now()
    Job.objects.filter(package=package).update(state=state, error=error, attempt=1, started=now, finished=now)
    BuildPackage.objects.filter(pk=package.pk).update(**values)
    return BuildPackage.objects.select_related("build", "artefact").get(pk=package.pk)


def approved(build: Build) -> Build:
    """The build, approved by a member who may and did not make it, where there is one: a version needs no more."""
    judges = build.project.organisation.memberships.exclude(role="viewer")
    others = judges.exclude(user__in=authors_of(build)).order_by("user__email")
    judge = others.select_related("user").first()
    if judge is not None:
        give_verdict(judge.user, build, "approve")
    return build


def failed_build(user: Any, project: Project, error: str = "The Runefile has a problem.") -> Build:
    """A build of the project's present files that a worker took, and that failed."""
    build = request_build(user, project)
    queue.finish(take_job(), JobState.FAILED, error=error)
    build.refresh_from_db()
    return build
