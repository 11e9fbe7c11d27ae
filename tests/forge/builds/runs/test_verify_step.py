"""The step "verify" of numbered builds: what it says, when it fails a build, and that previews go without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.builds.actions import request_build
from forge.builds.compiling.artefact_store import keep_artefact
from forge.builds.compiling.build_task import numbered_job
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.actions import create_project, write_file
from forge.projects.models import Project
from rune.assessment.verify.verification import Verification
from rune.compiler.building.building import build as build_rune
from rune.compiler.building.options import BuildOptions
from rune.digests import digest_of
from rune.project.files import MemoryFiles
from tests.forge.builds.conftest import log_of
from tests.support.compiler.template_projects import template, with_changed_weight

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sine(developer: Any, organisation: Any) -> Project:
    return create_project(developer, organisation, "sine", "sine")


@pytest.mark.slow
def test_a_numbered_build_is_verified_and_says_so(
    sine: Project, developer: Any, work: Callable[[Build], Build]
) -> None:
    build = work(request_build(developer, sine))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert [line.step for line in build.log.all()] == ["check", "compile", "verify", "measure"]
    assert build.artefact is not None
    verification = Verification.from_json(build.artefact.report["verify"])
    assert verification.is_within
    assert verification.is_complete
    (line,) = build.log.filter(step="verify")
    assert line.text == verification.sentence() == build.artefact.report["verify"]["sentence"]
    assert line.text.startswith("identical to the reference on")
    assert line.level == "info"
    assert line.milliseconds is not None


@pytest.mark.slow
def test_a_verified_build_says_that_its_model_was_calibrated_on_random_numbers(
    client: Client, sine: Project, developer: Any, work: Callable[[Build], Build]
) -> None:
    client.force_login(developer)
    sure = work(request_build(developer, sine))
    record = {"digest": digest_of(template("sine")["sine.tflite"]), "samples": {"kind": "random", "is_guess": True}}
    write_file(developer, sine, "sine.provenance.json", json.dumps(record).encode())
    guessed = work(request_build(developer, sine))
    assert [each["code"] for each in guessed.diagnostics] == ["RUNE0127"]
    pages = [
        client.get(f"{sine.get_absolute_url()}/builds/{build.number}").content.decode() for build in (sure, guessed)
    ]
    assert ["Verified" in page for page in pages] == [True, True]
    assert ["Calibrated on random numbers" in page for page in pages] == [False, True]


@pytest.mark.slow
@pytest.mark.protects("compiling/false-runes")
def test_a_rune_of_other_weights_fails_the_build_with_its_operator(
    sine: Project, developer: Any, work: Callable[[Build], Build], tmp_path: Path
) -> None:
    """The cache holds what a broken compiler might have made."""
    build = request_build(developer, sine)
    files = template("sine")
    wrong = files | {"sine.tflite": with_changed_weight(files["sine.tflite"], 2)}
    wrong_build = build_rune(MemoryFiles(wrong), BuildOptions("sine"))
    (tmp_path / "wrong.rune").write_bytes(wrong_build.rune)
    answer = {"report": wrong_build.report.to_json(), "diagnostics": []}
    keep_artefact(numbered_job(build), tmp_path / "wrong.rune", answer, lambda _: None)
    build = work(build)
    assert build.state == JobState.FAILED
    assert build.error.startswith("The rune is not what its files build. ")
    assert "op 2 FULLY_CONNECTED of sine" in build.error
    assert build.log.get(step="verify").level == "error"
    assert not build.log.filter(step="measure").exists()


@pytest.mark.slow
@pytest.mark.protects("runes/truncated")
@pytest.mark.parametrize("spoil", [lambda rune: rune[:8], lambda rune: rune[: len(rune) // 2]], ids=["8 bytes", "half"])
def test_a_rune_that_does_not_load_fails_the_build(
    sine: Project, developer: Any, work: Callable[[Build], Build], tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    """The cache holds what a worker that was killed might have left."""
    build = request_build(developer, sine)
    cut_build = build_rune(MemoryFiles(template("sine")), BuildOptions("sine"))
    (tmp_path / "cut.rune").write_bytes(spoil(cut_build.rune))
    answer = {"report": cut_build.report.to_json(), "diagnostics": []}
    keep_artefact(numbered_job(build), tmp_path / "cut.rune", answer, lambda _: None)
    build = work(build)
    assert build.state == JobState.FAILED
    assert "it does not load" in build.error
    assert not build.log.filter(step="measure").exists()


def test_the_rune_of_a_pipeline_without_a_model_is_compared_with_its_pipeline(
    build: Build, work: Callable[[Build], Build]
) -> None:
    build = work(build)
    assert build.state == JobState.SUCCEEDED
    line = build.log.get(step="verify")
    assert line.text.startswith("the pipeline has no model; the rune gives the same ")
    assert line.level == "info"
