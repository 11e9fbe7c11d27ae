"""Whatever graphs, variables and states a file names, a model is compiled or refused by name."""

from __future__ import annotations

from collections import Counter

import pytest

from rune.compiler.anvil.errors import AnvilError
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import ModelError, read_model, signature
from tests.support.compiler.mutants import Recorder, prove
from tests.support.compiler.pipelines import models_pipeline
from tests.support.models.model_cases import model_cases
from tests.support.models.random.mutated_models import mutated

STARTS = (
    "if_",
    "while_",
    "read_variable_",
    "svdf_",
    "unidirectional_sequence_lstm_",
    "detection_post_process_",
    "embedding_lookup_",
    "gather_nd_",
    "space_to_batch_nd_",
    "batch_to_space_nd_",
)
"""How the models begin that call graphs, keep something, or look something up."""

ORIGINALS = tuple(case.data for case in model_cases() if case.name.startswith(STARTS))
MUTANTS = 300


def outcome(data: bytes) -> str:
    """The outcome of a file; every other error is raised."""
    try:
        model = read_model(data)
        signature(model)
    except ModelError:
        return "not read"
    if unsupported_ops(model):
        return "not compiled"
    try:
        program = lower(models_pipeline({"model": model}), {"model": model}, WASM32)
        WASM32.emit(program, plan(program, WASM32.limits), "any")
    except AnvilError:
        return "contradictory"
    return "compiled"


def outcomes(numbers: range) -> Counter[str]:
    counts: Counter[str] = Counter()
    for number in numbers:
        try:
            counts[outcome(mutated(ORIGINALS, number))] += 1
        except Exception as error:
            raise AssertionError(f"mutant {number} was not refused by name") from error
    return counts


@pytest.mark.proof
@pytest.mark.protects("compiling/called-graphs")
def test_a_mutant_is_compiled_or_refused_by_name() -> None:
    counts = outcomes(range(MUTANTS))
    assert all(counts[each] > MUTANTS // 50 for each in ("not read", "not compiled", "compiled")), counts


@pytest.mark.proof(shares=20)
def test_a_million_mutants_are_compiled_or_refused_by_name(record_property: Recorder) -> None:
    counts: Counter[str] = Counter()
    prove(record_property, ORIGINALS, lambda data: counts.update([outcome(data)]), (), make=mutated)
    for each, count in counts.items():
        record_property(each, count)
