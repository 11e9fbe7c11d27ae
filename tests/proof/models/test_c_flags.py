"""The target `c` under the flags that people build with: the bytes of wasm32 for every template, model and operator.

`make test` has the two ends of it, in tests/rune/compiler/targets/test_c_target.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import read_model
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of
from tests.support.compiler.programs.c_programs import C, CFolder, assert_same, sent_bytes, sources_of
from tests.support.compiler.programs.c_projects import (
    INTEGER_MODELS,
    TEMPLATES,
    answered_inputs,
    model_project,
    template,
)
from tests.support.models.model_cases import model_cases

pytestmark = pytest.mark.proof

AS_FAST_AS_CAN_BE = ("-O3", "-march=native", "-ffp-contract=fast")
FLAGS = {
    "gcc's own default": ("-O2",),
    "for size": ("-Os",),
    "fast": AS_FAST_AS_CAN_BE,
    "unrolled": (*AS_FAST_AS_CAN_BE, "-funroll-loops", "-flto=auto"),
}
Recorder = Callable[[str, object], None]
each_flag = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@each_flag
def test_every_template_and_model_gives_the_bytes_of_wasm32(
    flags: Sequence[str], test_data: Path, tmp_path: Path, record_property: Recorder
) -> None:
    projects = {name: template(name) for name in TEMPLATES}
    projects |= {name: model_project((test_data / "models" / f"{name}.tflite").read_bytes()) for name in INTEGER_MODELS}
    for name, files in projects.items():
        folder = CFolder.of(tmp_path / name, build(files, BuildOptions(name, target=C)).files)
        rune = build(files, BuildOptions(name)).rune
        assert_same(folder, rune, answered_inputs(files, rune, answers=10), flags)
    record_property("projects", len(projects))


@each_flag
def test_every_operator_gives_the_bytes_of_wasm32(
    flags: Sequence[str], tmp_path: Path, record_property: Recorder
) -> None:
    cases = model_cases()
    models = {case.name: read_model(case.data) for case in cases}
    pipeline = models_pipeline(models)
    folder = CFolder.of(tmp_path, sources_of(pipeline, models, "ops"))
    runs = range(max(len(case.runs) for case in cases))
    inputs = [[data for case in cases for data in case.runs[number % len(case.runs)].inputs] for number in runs]
    assert folder.outputs(inputs, flags) == sent_bytes(loaded(module_of(pipeline, models)), inputs)
    record_property("models", len(cases))
