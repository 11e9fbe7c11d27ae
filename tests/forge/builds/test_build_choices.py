"""The aims of a project's builds: chosen by its people, kept by each build, and their effect."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import pytest
from django.test import Client

from forge.builds.access import preview_of
from forge.builds.actions import choose_for_builds, request_build
from forge.builds.artefacts.comparison_source import figures_of
from forge.builds.choices import Choices, choices_of
from forge.builds.compiling.build_task import numbered_job, package_job
from forge.builds.models import Artefact, Build, PreviewState
from forge.builds.previews.refresh import refresh_previews
from forge.comparison.figures import figure_rows
from forge.compute.pool.compiler import Compiler
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry, Event
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.projects.models import Project
from rune.assessment.verify.runes.second_module import second_module
from rune.compiler.building.spec import SpecOptions
from rune.model.profile import TFLM
from rune.model.tflite import read_model, signature
from rune.running.container import read_rune
from rune.source.runefile.model_inputs.starter import starter
from tests.forge.builds.conftest import WakeUps, log_of
from tests.support.forge.factories.preconditions import etag_headers
from tests.support.models.model_cases import compiled_model

pytestmark = pytest.mark.django_db(transaction=True)


def with_model(user: Any, project: Project, name: str) -> None:
    """The project runs this model of the tests and nothing else."""
    data = compiled_model(name)
    write_file(user, project, "model.tflite", data)
    write_file(user, project, "Runefile.yml", starter(signature(read_model(data)), "model.tflite").encode())
    project.refresh_from_db()


def test_what_is_not_named_stays_and_what_there_is_not_is_refused(
    project: Any, developer: Any, viewer: Any, client: Client
) -> None:
    for wrong in ({}, {"optimise": "size"}, {"optimize": "fast"}, {"match": None}, {"optimize_packages": ["size"]}):
        with pytest.raises(Invalid):
            choose_for_builds(developer, project, wrong)
    with pytest.raises(Forbidden):
        choose_for_builds(viewer, project, {"optimize": "size"})
    assert choices_of(project) == Choices()
    choose_for_builds(developer, project, {"optimize": "size", "match": "tflm"})
    choose_for_builds(developer, project, {"targets": ["c"]})
    choose_for_builds(developer, project, {"targets": ["c"], "match": "tflm"})
    assert choices_of(project) == Choices(("c",), "size", "balanced", "tflm")
    payloads = [event.data for event in Event.objects.filter(stream_id=project.stream, type="targets.changed")]
    assert payloads == [{"targets": []}, {"targets": ["c"]}]
    entries = AuditEntry.objects.filter(action="targets.choose")
    assert {(entry.data["optimize"], *entry.data["targets"]) for entry in entries} == {("size",), ("size", "c")}

    client.force_login(developer)
    address = f"/api/v1/projects/{project.full_name}/targets"
    # A client from before there was more to choose than targets.
    earlier, kind = etag_headers(address), "application/json"
    answer = client.put(address, {"targets": []}, content_type=kind, headers=earlier).json()
    assert (answer["optimize"], answer["match"], answer["builds"]) == ("size", "tflm", [])
    stale = client.put(address, {"optimize": "speed"}, content_type=kind, headers=earlier)
    assert (stale.status_code, choices_of(project).optimize) == (412, "size")
    now = {"If-Match": client.get(address).headers["ETag"]}
    assert client.put(address, {"match": "onnx"}, content_type=kind, headers=now).status_code == 400
    choose_for_builds(developer, project, {"optimize": "speed", "optimize_packages": "size", "targets": ["c", "pico"]})
    build = request_build(developer, project)
    job = numbered_job(build)
    assert job.spec.options == SpecOptions(build.name, profile=TFLM, optimize="speed")
    again = SpecOptions.from_json(job.spec.options.to_json())
    assert replace(job.spec, options=again).digest == job.spec.digest
    artefact = Artefact(digest="sha256:0")
    aims = {target: package_job(job, artefact, target, "size").spec.options.optimize for target in ("c", "pico")}
    # The sources of `c` are compiled by who gets them, so there is one way to make them.
    assert aims == {"c": "balanced", "pico": "size"}
    # A spec of before the default changed has no aim: it was balanced.
    usual = SpecOptions("app").to_json()
    assert usual.pop("optimize") == "speed"
    assert "match" not in usual
    assert SpecOptions.from_json(usual).optimize == "balanced"


@pytest.mark.proof
@pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro is for Linux on x86-64")
def test_a_build_is_made_for_what_was_chosen_when_it_was_asked_for(
    project: Any, developer: Any, client: Client, work: Callable[[Build], Build]
) -> None:
    with_model(developer, project, "fully_connected_i8_keep_dimensions")
    choose_for_builds(developer, project, {"optimize": "balanced"})
    usual = work(request_build(developer, project))
    choice = {"optimize": "speed", "match": "tflm", "targets": ["c", "x86_64-linux"], "optimize_packages": "size"}
    choose_for_builds(developer, project, choice)
    build = request_build(developer, project)
    choose_for_builds(developer, project, {"optimize": "size", "match": "litert", "targets": []})
    build = work(build)
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert build.artefact is not None
    report = build.artefact.report
    assert (report["optimized_for"], report["profile"]) == ("speed", "tflite-micro")
    assert report["verify"]["within"], report["verify"]
    assert "TFLite Micro" in report["verify"]["reference"] or "tflite-micro" in report["verify"]["reference"]
    assert SpecOptions.from_json(build.artefact.spec["options"]).optimize == "speed"
    packages = {each.target: each.artefact for each in build.packages.all()}
    assert {target: builds.report["optimized_for"] for target, builds in packages.items() if builds is not None} == {
        "c": "balanced",
        "x86_64-linux": "size",
    }
    client.force_login(developer)
    rune = client.get(f"/api/v1/builds/{build.pk}/rune").getvalue()
    assert second_module(rune) is not None
    assert read_rune(rune).memory_pages
    manner = client.get(f"/api/v1/builds/{build.pk}").json()["manner"]
    assert manner == {"optimize": "speed", "optimize_packages": "size", "match": "tflm"}
    builds = client.get(f"/api/v1/projects/{project.full_name}/targets").json()["builds"]
    assert [(each["number"], each["manner"]["optimize"]) for each in builds] == [(2, "speed"), (1, "balanced")]
    assert builds[0]["size"] > builds[1]["size"]
    rows = {row.name: (row.now, row.before) for row in figure_rows(figures_of(build), figures_of(usual))}
    assert rows["Optimised for"] == ("speed", "size and speed")
    assert rows["Results of"] == ("TFLite Micro", "LiteRT")
    assert rows["Packages for"][0] == "size"


@pytest.mark.slow
def test_a_preview_matches_what_was_chosen_and_names_what_the_runtime_lacks(
    project: Any, developer: Any, compiler: Compiler, wakes: WakeUps
) -> None:
    with_model(developer, project, "tile_i8_plain")

    def seen() -> Any:
        refresh_previews(project.pk, compiler, threading.Event())
        preview = preview_of(project)
        assert preview is not None
        return preview

    assert seen().state == PreviewState.READY
    choose_for_builds(developer, project, {"match": "tflm"})
    assert not preview_of(project).is_settled  # type: ignore[union-attr]
    preview = seen()
    assert preview.state == PreviewState.FAILED
    (problem,) = [one for one in preview.diagnostics if one["severity"] == "error"]
    assert problem["code"] == "RUNE0084"
    assert "TILE" in str(problem)
    choose_for_builds(developer, project, {"match": "litert"})
    assert seen().state == PreviewState.READY


@pytest.mark.slow
def test_what_forge_yml_says_goes_before_what_was_chosen_and_a_preview_takes_its_match(
    project: Any, developer: Any, client: Client, work: Callable[[Build], Build], compiler: Compiler, wakes: WakeUps
) -> None:
    first = work(request_build(developer, project))
    choose_for_builds(developer, project, {"optimize": "speed", "match": "litert", "optimize_packages": "speed"})
    write_file(developer, project, "forge.yml", b"build: {optimize: size, match: tflm}")
    refresh_previews(project.pk, compiler, threading.Event())
    preview = preview_of(project)
    assert preview is not None
    assert preview.build is not None
    assert preview.build.artefact is not None
    preview_report = preview.build.artefact.report
    assert (preview_report["optimized_for"], preview_report["profile"]) == ("speed", "tflite-micro")
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert build.artefact is not None
    report = build.artefact.report
    assert (report["optimized_for"], report["profile"]) == ("size", "tflite-micro")
    client.force_login(developer)
    payload = client.get(f"/api/v1/builds/{build.pk}").json()
    assert payload["manner"] == {"optimize": "size", "optimize_packages": "speed", "match": "tflm"}
    # The same files once more: nothing is compiled, and the build says the same of itself.
    again = work(request_build(developer, project))
    assert again.artefact == build.artefact
    assert client.get(f"/api/v1/builds/{again.pk}").json()["manner"] == payload["manner"]
    page = client.get(f"{project.get_absolute_url()}/builds/{build.number}").content.decode()
    assert "Optimised for size, before speed." in page
    assert "Results of TFLite Micro, before LiteRT." in page
    assert first.artefact != build.artefact
    choices = client.get(f"/api/v1/projects/{project.full_name}/targets").json()
    assert choices["in_file"] == {"optimize": "size", "optimize_packages": None, "match": "tflm"}
    assert choices["optimize"] == "speed"


@pytest.mark.slow
def test_the_page_of_a_build_of_the_same_files_names_the_choice_that_differs(
    project: Any, developer: Any, client: Client, work: Callable[[Build], Build]
) -> None:
    work(request_build(developer, project))
    choose_for_builds(developer, project, {"optimize": "size"})
    build = work(request_build(developer, project))
    client.force_login(developer)
    page = client.get(f"{project.get_absolute_url()}/builds/{build.number}").content.decode()
    assert "The files are identical; the build settings differ." in page
    assert "Optimised for size, before speed." in page
    comparison = client.get(f"/compare?one={project.full_name}@1&other={project.full_name}@2").content.decode()
    assert "Optimised for size, before speed." in comparison
    assert "The files are identical." not in comparison


@pytest.mark.slow
def test_the_api_and_the_page_of_devices_name_the_same_targets_in_the_same_order(
    developer: Any, project: Project, client: Client
) -> None:
    client.force_login(developer)
    options = client.get(f"/api/v1/projects/{project.full_name}/targets").json()["targets"]
    page = client.get(f"/{project.full_name}/boards").content.decode()
    assert [each["name"] for each in options] == re.findall(r'name="targets" value="([^"]+)"', page)
    assert options[0]["boards"].startswith("Raspberry Pi Pico")
    assert all(each["boards"] in page for each in options)
