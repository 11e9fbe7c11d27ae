"""Packages of a build, for real: those that targets give, those that one refuses, and who may have them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.builds.actions import choose_for_builds, request_build
from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.choices import choices_of
from forge.builds.compiling.artefact_store import drop_unused
from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Artefact, ArtefactFile, Build, BuildPackage, FileRole
from forge.builds.packages.making import refusal_of
from forge.compute.child.steps import packages as package_steps
from forge.compute.pool.compiler import Compiler
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry, Event
from forge.jobs import queue
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.errors import NotRetriable
from forge.jobs.lists.waiting import waiting_facts
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.projects.actions import write_file
from rune.devices.emulation.cores import CORES
from rune.devices.emulation.running import missing_package
from rune.devices.packages.errors import SelfTestFailed
from rune.project.files import MemoryFiles
from rune.source.policy import LimitResult
from tests.forge.builds.conftest import log_of
from tests.support.forge.factories.builds import finished, run_job, take_job

pytestmark = pytest.mark.django_db(transaction=True)

HOST_RUNEFILE = (
    b"version: 1\nimage: runicos/base\npipeline:\n  number:\n    capability: RAW\n    outputs:\n      - type: F32\n"
    b"        dimensions: [1, 1]\n  words:\n    proc-block: hotg-ai/rune#proc_blocks/label\n"
    b"    inputs:\n      - number\n"
    b"    outputs:\n      - type: utf8\n        dimensions: [1]\n    args:\n      wordlist: $WORDS\n"
    b"  out:\n    out: SERIAL\n    inputs:\n      - words\nresources:\n  WORDS:\n    type: string\n"
)


def packages(build: Build) -> Mapping[str, Any]:
    return {package.target: package for package in build.packages.select_related("artefact")}


def test_targets_are_chosen_for_later_builds(project: Any, developer: Any, viewer: Any) -> None:
    for wrong in (["z80"], ["wasm32"], ["c", 4], "c", None):
        with pytest.raises(Invalid):
            choose_for_builds(developer, project, {"targets": wrong})
    with pytest.raises(Forbidden):
        choose_for_builds(viewer, project, {"targets": ["c"]})
    assert choices_of(project).targets == ()
    assert not request_build(developer, project).packages.exists()
    choose_for_builds(developer, project, {"targets": ["cortex-m4", "c", "c"]})
    assert choices_of(project).targets == ("c", "cortex-m4")
    choose_for_builds(developer, project, {"targets": ["c", "cortex-m4"]})
    assert AuditEntry.objects.filter(action="targets.choose").count() == 1
    assert list(packages(request_build(developer, project))) == ["c", "cortex-m4"]


@pytest.mark.slow
def test_a_build_makes_its_packages_once(
    project: Any, developer: Any, client: Client, work: Callable[[Build], Build]
) -> None:
    limits = b"limits:\n  flash: {x86_64-linux: 1 MB, z80: 1 kB}\n  ram: {c: 1 B}\n"
    write_file(developer, project, "forge.yml", limits)
    choose_for_builds(developer, project, {"targets": ["c", "x86_64-linux"]})
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    by_target = packages(build)
    assert [each.refusal for each in by_target.values()] == ["", ""], log_of(build)
    assert by_target["x86_64-linux"].needs["ram"] > 0
    assert by_target["c"].needs["instructions"] is None
    log = "\n".join(by_target["x86_64-linux"].job.log.values_list("text", flat=True))
    assert "Package for x86_64-linux: " in log
    assert "x86_64-linux" not in log_of(build), "what is said of a package is in its own log"
    # The planned figure is the least: it breaks a limit, and keeps none.
    assert [each.outcome for each in judgements_of(build)] == [
        LimitResult.UNKNOWN,
        LimitResult.UNKNOWN,
        LimitResult.MISSED,
    ]
    assert figures_of(build).targets["x86_64-linux"].instructions is None
    # A package's aim is the project's own: what forge.yml wishes is said of the rune.
    rune, package = (dict(each.artefact.spec) for each in (build, by_target["c"]))  # type: ignore[union-attr]
    assert rune["options"].pop("heeds_wishes") is True
    assert (rune["options"].pop("optimize"), package["options"].pop("optimize")) == ("speed", "balanced")
    assert package | {"target": "wasm32"} == rune

    client.force_login(developer)
    answer = client.get(f"/api/v1/builds/{build.pk}/packages/x86_64-linux")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{build.name}-x86_64-linux.zip"'
    data = answer.getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert any(name.endswith(".a") for name in archive.namelist())
    assert AuditEntry.objects.get(action="package.download").data["target"] == "x86_64-linux"
    assert client.get(f"/api/v1/builds/{build.pk}/packages/cortex-m4").status_code == 404
    payload = client.get(f"/api/v1/builds/{build.pk}").json()["packages"]
    assert [each["target"] for each in payload] == ["c", "x86_64-linux"]
    assert payload[1]["size"] == len(data)
    assert payload[1]["digest"] == answer.headers["ETag"].strip('"')

    second = request_build(developer, project)
    lease = take_job()

    class Idle(Compiler):
        def start(self) -> None:
            raise AssertionError("a compiler was started")

    run_job(lease, lambda: Idle(Path()))
    for _ in range(2):
        run_job(take_job(), lambda: Idle(Path()))
    second.refresh_from_db()
    assert second.state == JobState.SUCCEEDED, log_of(second)
    assert packages(second)["c"].artefact == by_target["c"].artefact
    assert packages(second)["x86_64-linux"].needs == by_target["x86_64-linux"].needs
    # An artefact that a build has is not pruned, and one that nothing has is.
    artefacts = {each.artefact.pk for each in by_target.values()}
    assert drop_unused(artefacts) == set()
    BuildPackage.objects.filter(build__project=project).delete()
    Build.objects.filter(project=project).delete()
    assert len(drop_unused(artefacts)) == 4
    assert not Artefact.objects.filter(pk__in=artefacts).exists()
    assert not ArtefactFile.objects.filter(role=FileRole.PACKAGE).exists()


@pytest.mark.proof
def test_what_was_missing_is_counted_once_it_is_installed(
    project: Any, developer: Any, work: Callable[[Build], Build]
) -> None:
    if missing_package(CORES["cortex-m4"]) is not None:
        pytest.skip("the emulator of Cortex-M4 is not installed")
    write_file(
        developer, project, "forge.yml", b"limits: {flash: {cortex-m4: 1 MB}, instructions: {cortex-m4: 0.001 k}}"
    )
    choose_for_builds(developer, project, {"targets": ["cortex-m4"]})
    build = work(request_build(developer, project))
    assert [each.outcome for each in judgements_of(build)] == [LimitResult.MET, LimitResult.MISSED]
    first = packages(build)["cortex-m4"]
    report = first.artefact.report
    lacking: dict[str, Any] = {
        "instructions": None,
        "stages": [],
        "not_measured": "qemu-system-arm is missing",
        "missing": "qemu",
    }
    Artefact.objects.filter(pk=first.artefact.pk).update(report={**report, "needs": {**report["needs"], **lacking}})
    second = packages(work(request_build(developer, project)))["cortex-m4"]
    assert second.artefact == first.artefact
    assert second.needs == first.needs
    assert Artefact.objects.get(pk=first.artefact.pk).needs == first.needs


@pytest.mark.slow
def test_a_target_that_refuses_is_named_and_the_build_goes_on(
    project: Any, developer: Any, work: Callable[[Build], Build]
) -> None:
    write_file(developer, project, "Runefile.yml", HOST_RUNEFILE)
    choose_for_builds(developer, project, {"targets": ["c"]})
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    package = packages(build)["c"]
    assert package.artefact is None
    assert package.refusal.count("WORDS") == 1
    assert package.refusal.endswith(".")
    assert package.state == JobState.FAILED
    assert package.job.log.get().level == "error"
    payloads = [event.data for event in Event.objects.filter(type="package.changed", stream_id=project.stream)]
    assert [(each["package"]["state"], bool(each["package"]["refusal"])) for each in payloads] == [
        ("running", False),
        ("failed", True),
    ]


@pytest.mark.slow
def test_a_package_required_job_its_build_and_ends_with_it(project: Any, developer: Any) -> None:
    choose_for_builds(developer, project, {"targets": ["c"]})
    build = request_build(developer, project)
    package = build.packages.get()
    assert waiting_facts([package.job])[package.job_id].reason == "Waits for the build to succeed"
    lease = take_job()
    assert lease.job.pk == build.job_id
    assert queue.take((WorkerCapability.BUILD,)) is None
    queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.")
    package = build.packages.get()
    assert package.state == JobState.FAILED
    assert package.refusal == f"Build 1 of {project.full_name} failed. It is needed for this."
    with pytest.raises(NotRetriable, match="has to succeed first"):
        retry_job(developer, Job.objects.get(package=package))
    retry_job(developer, Job.objects.get(build=build))
    package = build.packages.get()
    assert (package.state, package.refusal) == (JobState.QUEUED, "")
    cancel_job(developer, Job.objects.get(build=build))
    assert build.packages.get().state == JobState.CANCELLED


@pytest.mark.slow
def test_an_end_of_a_package_is_no_second_end_of_its_build(project: Any, developer: Any) -> None:
    choose_for_builds(developer, project, {"targets": ["c"]})
    build = finished(request_build(developer, project))
    ends = Event.objects.filter(type="build.changed", stream_id=project.stream).count()
    queue.finish(take_job(), JobState.FAILED, error="The model needs its host.")
    assert build.packages.get().refusal == "The model needs its host."
    assert Event.objects.filter(type="build.changed", stream_id=project.stream).count() == ends


def test_a_refusal_tells_the_first_errors() -> None:
    errors = [{"severity": "error", "message": f"reason {number}"} for number in range(5)]
    warning = {"severity": "warning", "message": "beside"}
    assert refusal_of("5 errors", [warning, *errors]) == "reason 0; reason 1; reason 2; and 2 more errors."
    assert refusal_of("The compiler gave up.", [warning]) == "The compiler gave up."


@pytest.mark.protects("compiling/wrong-packages")
def test_a_package_whose_self_test_fails_does_not_leave_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[tuple[str, Any]] = []

    class MessageLog:
        def send(self, event: str, **data: Any) -> None:
            messages.append((event, data))

    def failing(*args: object, **more: object) -> None:
        raise SelfTestFailed("c", "the model")

    monkeypatch.setattr(package_steps, "package", failing)
    job = {
        "spec": {"target": "c", "options": {**OPTIONS}},
        "steps": ["package", "count"],
    }
    package_steps.make_package(job, MemoryFiles({}), MessageLog(), b"", -1)  # type: ignore[arg-type]
    assert [event for event, _ in messages] == ["failed"]
    assert "gives other results than the rune, first where the model" in messages[0][1]["error"]


OPTIONS: dict[str, Any] = {
    "name": "a",
    "runefile": None,
    "host_models": False,
    "host_resources": {"every": None, "capacities": {}},
    "watched": [],
    "timed": False,
    "optimize": "balanced",
}
