"""The firmware of a build: asked for, made by a worker, refused with a reason, and taken out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext, suppress
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from forge.builds.actions import request_build
from forge.builds.models import Artefact, Build
from forge.builds.packages import firmware
from forge.builds.packages.firmware import TEXT_CHANGED, firmware_to_json, run_firmware_job, uf2_of
from forge.builds.previews.recorder import preview_build
from forge.compute.child.steps.firmware import OTHER_RUNE, OTHER_TOOLCHAIN
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.compute_pace import usual_pace
from forge.core.blobs.store import read_blob
from forge.core.models import AuditEntry
from forge.jobs.kinds import JobFailed
from forge.jobs.models import Job
from forge.projects.actions import create_project
from forge.projects.models import Project
from rune.devices.firmware.uf2 import read_uf2
from tests.forge.builds.conftest import log_of
from tests.support.forge.factories.builds import built

Make = Callable[[UUID], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is woken."""
    monkeypatch.setattr(firmware, "notify_workers", lambda: None)


def queued() -> list[UUID]:
    """The builds whose firmware is to be made."""
    return [UUID(job.spec["build"]) for job in Job.objects.unfinished().filter(kind="firmware").order_by("created")]


@pytest.fixture
def make(compiler: Compiler) -> Make:
    """Makes the firmware of a build, as its job does."""

    def result(build: UUID) -> None:
        job: Any = SimpleNamespace(
            spec={"build": str(build)}, tick=lambda: None, pace=usual_pace, report=lambda share, activity: None
        )
        with suppress(JobFailed):
            run_firmware_job(job, lambda: nullcontext(compiler))

    return result


@pytest.fixture
def sine(developer: Any, organisation: Any) -> Project:
    return create_project(developer, organisation, "sine", "sine")


def test_a_build_without_a_rune_has_none(client: Client, build: Build) -> None:
    response = client.post(f"/api/v1/builds/{build.pk}/firmware")
    assert (response.status_code, response.json()["title"]) == (404, "There is no firmware")
    assert client.get(f"/api/v1/builds/{build.pk}/firmware").json() == {"state": "missing"}
    assert client.get(f"/api/v1/builds/{build.pk}/firmware.uf2").status_code == 404
    assert queued() == []


@pytest.mark.slow
def test_a_build_of_another_toolchain_is_refused_and_says_what_to_do(
    client: Client, sine: Project, developer: Any, make: Make
) -> None:
    old = built(developer, sine)
    assert old.artefact is not None
    Artefact.objects.update(spec={**old.artefact.spec, "toolchain": "sha256:" + "0" * 64})
    make(old.pk)
    payload = client.get(f"/api/v1/builds/{old.pk}/firmware").json()
    assert payload == {"state": "refused", "reason": OTHER_TOOLCHAIN}


@pytest.mark.proof
def test_a_build_of_other_bytes_is_refused(client: Client, sine: Project, developer: Any, make: Make) -> None:
    other = built(developer, sine)
    make(other.pk)
    payload = client.get(f"/api/v1/builds/{other.pk}/firmware").json()
    assert payload == {"state": "refused", "reason": OTHER_RUNE}


@pytest.mark.proof
@pytest.mark.protects("compiling/firmware-names")
def test_firmware_is_made_once_and_is_of_the_very_rune(
    client: Client,
    sine: Project,
    developer: Any,
    work: Callable[[Build], Build],
    make: Make,
) -> None:
    build = work(request_build(developer, sine))
    assert build.artefact is not None, log_of(build)
    address = f"/api/v1/builds/{build.pk}/firmware"
    assert client.post(address).json() == {"state": "missing"}
    assert queued() == [build.pk]
    make(build.pk)
    response = client.post(address)
    assert (response.status_code, queued()) == (202, [build.pk])
    answer = response.json()
    assert (answer["state"], answer["description"]["digest"]) == ("made", build.artefact.digest)
    download: Any = client.get(answer["uf2_url"])
    uf2 = b"".join(download.streaming_content)
    assert answer["description"]["uf2_digest"] == "sha256:" + hashlib.sha256(uf2).hexdigest()
    assert download["Content-Disposition"] == 'attachment; filename="sine.uf2"'
    assert read_uf2(uf2)
    assert AuditEntry.objects.filter(action="rune.download", subject=build.subject).exists()
    file = uf2_of(build)
    assert file is not None
    assert read_blob(file.blob_id) == uf2
    assert firmware_to_json(build) == client.get(address).json()


@pytest.mark.slow
def test_a_preview_has_firmware_while_its_text_is_there_or_was_kept(
    client: Client, sine: Project, developer: Any
) -> None:
    build = built(developer, sine)
    assert build.artefact is not None
    with transaction.atomic():
        preview = preview_build(sine, build.artefact)
    address = f"/api/v1/builds/{preview.pk}/firmware"
    assert client.post(address).json() == {"state": "missing"}
    spec = {**build.artefact.spec, "version": "sha256:" + "0" * 64}
    Artefact.objects.update(spec=spec)
    response = client.post(address)
    assert (response.status_code, response.json()["detail"]) == (404, TEXT_CHANGED)
    assert queued() == [preview.pk]
