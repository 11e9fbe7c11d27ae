"""Two thousand random models of all operators: with vectors, in portable C and in NumPy they give what the reference
gives, LiteRT or TFLite Micro."""

from __future__ import annotations

import os
from collections import Counter
from importlib.util import find_spec

import pytest

from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.targets.lookup import find_target
from rune.model.profile import TFLM
from rune.model.tflite import read_model
from tests.support.compiler.always_winograd import ALWAYS_WINOGRAD
from tests.support.compiler.model_judge import RUNS, disagreements
from tests.support.compiler.mutants import Recorder
from tests.support.models.random.random_models import LENGTH, random_model

pytestmark = pytest.mark.proof

COUNT = int(os.environ.get("FORGE_RANDOM_MODELS", "2000"))
BATCH = 25


def test_random_models_give_what_the_reference_gives(record_property: Recorder) -> None:
    targets = [*(find_target(name) for name in ("wasm32", "wasm32-mvp")), ALWAYS_WINOGRAD]
    operators: Counter[str] = Counter()
    wrong: list[str] = []
    for first in range(0, COUNT, BATCH):
        models = [random_model(seed) for seed in range(first, min(first + BATCH, COUNT))]
        operators.update(operator for model in models for operator in model.operators)
        wrong += disagreements({model.name: model.data for model in models}, targets)
    record_property("models", COUNT)
    record_property("operators", sum(operators.values()))
    record_property("runs of each", RUNS)
    record_property("fewest of one operator", min(operators.values()))
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro is for Linux on x86-64")
def test_those_that_tflite_micro_takes_give_its_bytes_with_its_profile(record_property: Recorder) -> None:
    """Models of one operator too, as few of eight have none that it lacks."""
    targets = [find_target(name) for name in ("wasm32", "wasm32-mvp")]
    models = [random_model(seed, length) for seed in range(COUNT) for length in (1, LENGTH)]
    supported_models = [each for each in models if not unsupported_ops(read_model(each.data), TFLM)]
    wrong: list[str] = []
    for first in range(0, len(supported_models), BATCH):
        batch = {f"{len(each.operators)} {each.name}": each.data for each in supported_models[first : first + BATCH]}
        wrong += disagreements(batch, targets, TFLM)
    record_property("models that it takes", len(supported_models))
    record_property("its operators", len({operator for each in supported_models for operator in each.operators}))
    assert not wrong, "\n".join(wrong)
