"""Numbered builds of runes that leave work to their host: they succeed, and the report says who runs what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.forge.builds.conftest import log_of
from tests.support.models.model_cases import refused_cases

pytestmark = pytest.mark.django_db(transaction=True)

HOST_RUNEFILE = b"""\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: f32, dimensions: [1, 5]}]}
  model: {model: ./logistic.tflite, inputs: [in]}
  out: {out: SERIAL, inputs: [model]}
"""
LARGE = b"""\
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    args: {length: 17825792}
    outputs: [{type: u8, dimensions: [17825792]}]
  out:
    out: TENSOR
    inputs: [numbers]
"""
RUNEFILE = b"""\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: f32, dimensions: [1, 5]}]}
  best: {proc-block: most_confident_indices, inputs: [in]}
  word: {proc-block: label, inputs: [best], args: {wordlist: $WORDS}}
  out: {out: SERIAL, inputs: [word]}
resources:
  WORDS: {type: string}
"""


def test_a_build_whose_model_the_host_runs_succeeds_with_a_warning(
    project: Project, developer: Any, work: Callable[[Build], Build]
) -> None:
    model = next(case.data for case in refused_cases() if case.name == "relu_0_to_1_logistic_f32")
    write_file(developer, project, "logistic.tflite", model)
    write_file(developer, project, "Runefile.yml", HOST_RUNEFILE)
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert [one["code"] for one in build.diagnostics] == ["RUNE0080"]
    assert build.artefact is not None
    (row,) = build.artefact.report["models"]
    assert (row["runs"], row["unsupported"][0]["op"]) == ("host", "RELU_0_TO_1")
    assert build.artefact.report["run"]["runs"] > 0


@pytest.mark.proof
def test_a_rune_that_needs_a_resource_of_its_host_is_not_measured_and_says_why(
    project: Project, developer: Any, work: Callable[[Build], Build]
) -> None:
    write_file(developer, project, "Runefile.yml", RUNEFILE)
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert "Inference time was not measured: the host must give it WORDS when it starts" in log_of(build)
    assert build.artefact is not None
    assert build.artefact.report["run"] is None
    assert build.artefact.report["resources"] == [{"name": "WORDS", "capacity": 65536, "default": False}]
    again = work(request_build(developer, project))
    assert "Reused an earlier build" in log_of(again)
    assert again.state == JobState.SUCCEEDED


@pytest.mark.proof
@pytest.mark.protects("runes/endless-output")
def test_a_rune_that_sends_more_than_is_allowed_here_is_built_and_not_measured(
    project: Project, developer: Any, work: Callable[[Build], Build]
) -> None:
    """The host decides how much a rune may send: 17 MB are no error."""
    write_file(developer, project, "Runefile.yml", LARGE)
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, (build.error, log_of(build))
    assert "Inference time was not measured: the rune was stopped: it sent more than 16 MB in one run" in log_of(build)
