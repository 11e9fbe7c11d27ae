"""Fully connected layers with a lane for each output have the reference's bytes; long rows of few keep panels."""

from __future__ import annotations

import pytest

from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import read_model
from tests.rune.compiler.kernels.test_relaxed import dense
from tests.rune.compiler.kernels.test_winograd import functions, model_of
from tests.support.compiler.model_judge import Questions, compiled_outputs

LANES, PANELS = "rune_fully_connected_lanes_int8", "rune_fully_connected_int8"


@pytest.mark.slow
def test_layers_of_all_sizes_give_the_reference_kernels_bytes() -> None:
    layers = {
        f"{outputs} outputs": dense(12 + outputs % 5, outputs) for outputs in (*range(1, 18), 31, 32, 33, 61, 100)
    }
    layers |= {"uint8": dense(33, 10, "uint8"), "uint8 of blocks": dense(21, 45, "uint8")}
    files = {name: model_of(draw) for name, draw in layers.items()}
    models = {name: read_model(data) for name, data in files.items()}
    calls = functions(models, WASM32)
    assert calls.count(LANES) >= len(layers) - 4, "some have no proof of single precision"
    questions = {name: Questions.of(data, 9) for name, data in files.items()}
    answers = compiled_outputs(models, questions)
    assert {name: list(questions[name].wrong(answers[name])) for name in models} == {name: [] for name in models}


def test_long_rows_of_few_outputs_keep_panels() -> None:
    model = {"long": read_model(model_of(dense(4000, 2)))}
    assert functions(model, WASM32) == [PANELS]
