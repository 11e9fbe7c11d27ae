"""Two thousand random models of all operators: with vectors, in portable C and in NumPy they give what the reference
gives."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from rune.targets.finding import find_target
from tests.models.random_models import random_model
from tests.proof.mutants import Recorder
from tests.rune.anvil.model_judge import RUNS, disagreements
from tests.rune.kernels.always_winograd import ALWAYS_WINOGRAD

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
