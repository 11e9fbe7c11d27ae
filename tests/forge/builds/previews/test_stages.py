"""The values of the stages of a build: the rune of the build's own files that also sends what flows between them."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.builds.actions import choose_for_builds, request_build
from forge.builds.models import Build, BuildTrigger, Preview
from forge.builds.previews import refresh
from forge.builds.previews.refresh import refresh_previews, resume_previews
from forge.compute.pool.compiler import Compiler
from forge.projects.actions import write_file
from forge.projects.models import Project
from rune.model.profile import LITERT, TFLM
from rune.port import Port
from rune.running.runtime import Runtime
from tests.forge.builds.previews.test_watches import TWO_STEPS

pytestmark = pytest.mark.django_db(transaction=True)

SCALED = {"stage": "scaled", "index": 0}


@pytest.fixture
def build(project: Any, developer: Any, work: Callable[[Build], Build]) -> Build:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    return work(request_build(developer, project))


def ask(client: Client, build: Build) -> Any:
    return client.post(f"/api/v1/builds/{build.pk}/stages")


def read(client: Client, watch: Any) -> Any:
    return client.get(f"/api/v1/projects/acme/kitchen/preview/watch/{watch['id']}").json()


def make(project: Any, compiler: Compiler) -> None:
    refresh_previews(project.pk, compiler, threading.Event())


@pytest.mark.slow
def test_the_stages_of_a_build_are_shown_after_the_text_has_changed(
    client: Client, project: Any, developer: Any, build: Build, compiler: Compiler
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS.replace(b"[1, 2]", b"[1, 3]"))
    response = ask(client, build)
    assert (response.status_code, response.json()["wires"]) == (202, [{"stage": "number", "index": 0}, SCALED])
    make(project, compiler)
    watch = read(client, response.json())
    assert (watch["state"], watch["build"]["version"]) == ("ready", build.version_digest)
    answer: Any = client.get(watch["build"]["rune_url"])
    rune = Runtime.load(b"".join(answer.streaming_content))
    (request,) = rune.capabilities
    rune.call({request.id: struct.pack("<2f", 3.0, 5.0)})
    assert rune.watched[Port("number", 0)].data.endswith(struct.pack("<2f", 3.0, 5.0))
    assert rune.watched[Port("scaled", 0)].data.endswith(struct.pack("<2f", 0.0, 1.0))
    # The next person gets the same.
    assert ask(client, build).json() == watch


@pytest.mark.slow
def test_they_are_computed_as_the_build_was_whatever_later_builds_are_for(
    client: Client, project: Any, developer: Any, work: Callable[[Build], Build], compiler: Compiler
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    choose_for_builds(developer, project, {"match": TFLM.option})
    build = work(request_build(developer, project))
    choose_for_builds(developer, project, {"match": LITERT.option})
    watch = ask(client, build).json()
    make(project, compiler)
    stages_build = Build.objects.get(pk=read(client, watch)["build"]["id"])
    assert stages_build.artefact is not None
    assert stages_build.artefact.spec["options"]["match"] == TFLM.option


@pytest.mark.slow
def test_the_stages_of_a_preview_are_of_the_newest_text_and_say_its_version(
    client: Client, project: Any, developer: Any, compiler: Compiler
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    make(project, compiler)
    build = Build.objects.get(kind=BuildTrigger.PREVIEW)
    watch = ask(client, build).json()
    make(project, compiler)
    assert read(client, watch)["build"]["version"] == build.version_digest


@pytest.mark.slow
def test_a_build_of_another_toolchain_shows_no_stages(client: Client, build: Build) -> None:
    assert f'data-stages="{build.pk}"' in client.get("/acme/kitchen").content.decode()
    assert build.artefact is not None
    build.artefact.spec["toolchain"] = "sha256:" + "0" * 64
    build.artefact.save()
    assert "data-stages" not in client.get("/acme/kitchen").content.decode()
    answer = ask(client, build)
    assert (answer.status_code, answer.json()["title"]) == (404, "There are no stage values")
    assert not Preview.objects.requested().exists()


@pytest.mark.slow
def test_a_tensor_that_is_too_large_for_a_picture_is_left_out(
    client: Client, project: Any, developer: Any, work: Callable[[Build], Build]
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS.replace(b"[1, 2]", b"[1, 100]"))
    build = work(request_build(developer, project))
    # An input of a hundred numbers is in the page, which gave it.
    assert ask(client, build).json()["wires"] == [SCALED]


@pytest.mark.slow
def test_only_who_reads_the_project_asks_for_them(
    people: dict[str, Any], browser_of: Callable[[Any], Client], build: Build
) -> None:
    statuses = {kind: ask(browser_of(person), build).status_code for kind, person in people.items()}
    members = ("owner", "maintainer", "developer", "reviewer", "viewer")
    assert statuses == {**dict.fromkeys(members, 202), "stranger": 404, "anonymous": 401}


@pytest.mark.slow
def test_a_requested_preview_of_an_older_text_is_not_resumed(
    client: Client, project: Any, developer: Any, build: Build, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, build)
    make(project, compiler)
    write_file(developer, project, "Runefile.yml", TWO_STEPS.replace(b"[1, 2]", b"[1, 3]"))
    make(project, compiler)
    long_ago = timezone.now() - 2 * refresh.BROKEN_OFF
    Preview.objects.update(changed=long_ago)
    Project.objects.update(changed=long_ago)
    resumptions: list[Any] = []
    monkeypatch.setattr(refresh, "notify_preview", resumptions.append)
    resume_previews()
    assert resumptions == []
    Preview.objects.plain().update(sequence=0)
    resume_previews()
    assert resumptions == [project.pk]
