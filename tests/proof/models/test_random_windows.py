"""Two thousand chains of filters in frames, of one row and of one pixel: the targets and kernel sets give what LiteRT's
reference kernels give, also where all of them work row by row."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.kernels.portable import PORTABLE
from rune.model.tflite import read_model
from tests.proof.models.test_random_models_elsewhere import cut
from tests.proof.models.test_random_models_elsewhere import disagreements as differences
from tests.support.compiler.always_rows import row_by_row
from tests.support.compiler.model_judge import RUNS, Questions, disagreements
from tests.support.compiler.mutants import Recorder
from tests.support.compiler.pipelines import models_pipeline
from tests.support.compiler.programs.c_programs import C, CFolder
from tests.support.compiler.window_targets import SANITIZED, SETS, TARGETS
from tests.support.models.random.random_windows import random_windows

pytestmark = pytest.mark.proof

COUNT = int(os.environ.get("FORGE_RANDOM_MODELS", "2000"))
BATCH = 50


def batches() -> list[dict[str, bytes]]:
    """Models that are built together."""
    seeds = range(COUNT)
    return [{f"windows_{seed}": random_windows(seed) for seed in seeds[at : at + BATCH]} for at in seeds[::BATCH]]


@pytest.mark.parametrize("name", TARGETS)
def test_random_filters_give_what_the_reference_gives(name: str, record_property: Recorder) -> None:
    wrong = [each for files in batches() for each in disagreements(files, [TARGETS[name]])]
    record_property("models", COUNT)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("longest", [1, 4])
@pytest.mark.parametrize("kernels", [PORTABLE, *SETS.values()], ids=lambda kernels: kernels.name)
def test_as_sanitized_c_row_by_row_they_give_it_too(
    kernels: KernelSet, longest: int, record_property: Recorder, tmp_path: Path
) -> None:
    target, wrong = row_by_row(replace(C, kernels=kernels), longest), list[str]()
    for number, files in enumerate(batches()):
        models = {name: read_model(data) for name, data in files.items()}
        questions = {name: Questions.of(data, seed) for seed, (name, data) in enumerate(files.items())}
        program = lower(models_pipeline(models), models, target)
        sources = target.emit(program, plan(program, target.limits), "windows").files
        inputs = [[data for each in questions.values() for data in each.inputs[run]] for run in range(RUNS)]
        wrong += differences(
            questions, cut(CFolder.of(tmp_path / str(number), sources).outputs(inputs, SANITIZED), questions)
        )
    record_property("models", COUNT)
    assert not wrong, "\n".join(wrong)
