"""Numbered builds are judged by their forge.yml: what is stored and told, what fails, and what previews leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.evaluations.limits import judgements_of, policy_of
from forge.builds.models import Build
from forge.builds.previews.refresh import refresh_previews
from forge.builds.serializers.builds import build_to_json
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.projects.models import Project
from rune.source.policy import Limit, LimitKind, LimitResult, Policy
from tests.forge.builds.conftest import log_of
from tests.support.forge.factories.evaluations import RUNEFILE as AXES
from tests.support.forge.factories.evaluations import give

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[Build], Build]
RULES = b"limits: {size: 1 B, memory: 1 MB, inference-time: 1 s, accuracy: 90 %}\n"


def outcomes(build: Build) -> dict[LimitKind, LimitResult]:
    return {each.limit.kind: each.outcome for each in judgements_of(build)}


@pytest.mark.slow
def test_a_build_says_of_each_limit_whether_it_is_met_in_its_log_and_in_its_answer(
    project: Project, developer: Any, work: Work
) -> None:
    write_file(developer, project, "forge.yml", RULES)
    build = work(request_build(developer, project))
    assert build.state == JobState.SUCCEEDED, "a missed limit fails no build"
    assert outcomes(build) == {
        LimitKind.SIZE: LimitResult.MISSED,
        LimitKind.MEMORY: LimitResult.MET,
        LimitKind.INFERENCE_TIME: LimitResult.MET,
        LimitKind.ACCURACY: LimitResult.UNKNOWN,
    }
    lines = dict(build.log.filter(step="limits").values_list("text", "level"))
    assert len(lines) == 4
    assert lines["? Accuracy: not known. No test sample was run."] == "warning"
    limits = build_to_json(build)["limits"]
    assert [(each["kind"], each["outcome"]) for each in limits][:2] == [("size", "missed"), ("memory", "met")]
    assert limits[0]["limit"] == "at most 1 B"


@pytest.mark.slow
def test_the_test_samples_decide_about_the_accuracy(project: Project, developer: Any, work: Work) -> None:
    write_file(developer, project, "Runefile.yml", AXES)
    write_file(developer, project, "forge.yml", b"limits: {accuracy: 90 %, recall: {left: 100 %, up: 100 %}}\n")
    give(developer, project, b"9,1,1\n", "left")
    give(developer, project, b"9,1,2\n", "up")
    build = work(request_build(developer, project))
    assert [(each.limit.label, each.outcome) for each in judgements_of(build)] == [
        (None, LimitResult.MISSED),
        ("left", LimitResult.MET),
        ("up", LimitResult.MISSED),
    ]


@pytest.mark.slow
def test_a_build_of_the_same_files_is_judged_again_without_computing(
    project: Project, developer: Any, work: Work
) -> None:
    write_file(developer, project, "forge.yml", b"limits: {memory: 1 MB}\n")
    first = work(request_build(developer, project))
    second = work(request_build(developer, project))
    assert "with its report" in log_of(second)
    assert outcomes(second) == outcomes(first) == {LimitKind.MEMORY: LimitResult.MET}


@pytest.mark.slow
def test_a_project_without_the_file_is_held_to_nothing(project: Project, developer: Any, work: Work) -> None:
    build = work(request_build(developer, project))
    assert (policy_of(build), build.judgements) == (None, [])
    assert build.artefact is not None
    assert build.artefact.has_policy


def test_a_build_whose_rules_cannot_be_read_fails_and_says_where(project: Project, developer: Any, work: Work) -> None:
    write_file(developer, project, "forge.yml", b"limits:\n  sise: 1 kB\n")
    build = work(request_build(developer, project))
    assert build.state == JobState.FAILED
    assert [(each["file"], each["code"]) for each in build.diagnostics] == [("forge.yml", "RUNE0008")]


@pytest.mark.slow
def test_a_preview_does_not_read_the_rules_and_the_build_after_it_does(
    project: Project, developer: Any, work: Work, compiler: Any, stopping: Any
) -> None:
    write_file(developer, project, "forge.yml", b"limits: {memory: 1 MB}\n")
    refresh_previews(project.pk, compiler, stopping)
    build = work(request_build(developer, project))
    assert policy_of(build) == Policy((Limit(LimitKind.MEMORY, 1_000_000),))
    assert outcomes(build) == {LimitKind.MEMORY: LimitResult.MET}
