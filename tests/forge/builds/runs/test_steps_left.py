"""Says which steps of a build are left to do where its artefact was made before."""

from __future__ import annotations

from uuid import uuid4

from forge.builds.compiling.build_task import NUMBERED_STEPS, BuildJobStep, BuildTask
from forge.builds.models import Artefact
from rune.compiler.building.spec import BuildSpec, SpecOptions

BLOCK: dict[str, dict[str, str]] = {"Runefile.yml": {}, "smooth.py": {}}


def _left(paths: dict[str, dict[str, str]], report: dict[str, object]) -> tuple[BuildJobStep, ...]:
    spec = BuildSpec("version", "toolchain", "wasm32", SpecOptions("name"))
    job = BuildTask(uuid4(), spec, paths, {}, NUMBERED_STEPS, lasts=True)
    return job.missing(Artefact(report=report))


def test_tests_are_left_to_do_where_there_are_some_and_a_preview_made_the_rune() -> None:
    files = {**BLOCK, "smooth_test.py": {}}
    assert BuildJobStep.TEST in _left(files, {})
    assert BuildJobStep.TEST not in _left(BLOCK, {})
    assert BuildJobStep.TEST not in _left({"smooth_test.py": {}}, {})
    # The rules of `forge.yml` are read behind the tests: what has them has passed.
    assert BuildJobStep.TEST not in _left(files, {"policy": None})
    assert BuildJobStep.POLICY in _left(files, {})
