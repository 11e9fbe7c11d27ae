"""With the profile of TFLite Micro, models give its interpreter's bytes, and what it lacks is refused.

`make prove` asks random models by the hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest

from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.models.tflite_micro import LACKING_REASON, TYPES
from rune.model.profile import LITERT, TFLM
from rune.model.tflite import read_model, signature
from rune.running.runtime.errors import HostModelError
from rune.running.runtime.interpreters.micro import open_micro
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.model_judge import Questions, compiled_outputs, disagreements
from tests.support.models.model_cases import ModelCase, RefusedCase, model_cases, refused_cases
from tests.support.models.random.random_models import RandomModel, random_model
from tests.support.models.reference.make_models import seeded_inputs
from tests.support.shares import share_and_all

pytestmark = pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro is for Linux on x86-64")

MODELS = 12
INTEGERS = ("mlperf_ad_int8", "mlperf_ic_int8", "mlperf_kws_int8", "mlperf_vww_int8", "microspeech", "gesture", "sine")
DIFFERENT = (
    "fully_connected",
    "leaky_relu",
    "logistic",
    "mul",
    "relu",
    "softmax",
    "tanh",
    "unidirectional_sequence_lstm",
)
"""How models begin whose operators round in another way in TFLite Micro."""


@cache
def accepted_cases() -> tuple[ModelCase, ...]:
    """The small models for which TFLite Micro has kernels."""
    return tuple(case for case in model_cases() if not unsupported_ops(read_model(case.data), TFLM))


@cache
def accepted_random_models(number: int) -> tuple[RandomModel, ...]:
    """Returns so many random models for which TFLite Micro has kernels, those of the least seeds."""
    models = (random_model(seed) for seed in count())
    return tuple(islice((each for each in models if not unsupported_ops(read_model(each.data), TFLM)), number))


def questions_for(case: ModelCase) -> Questions:
    """The questions that its interpreter answers about the inputs of a small model."""
    types = tuple(tensor.type for tensor in signature(read_model(case.data)).outputs)
    reference = open_micro(case.data)
    inputs = tuple(list(run.inputs) for run in case.runs)
    return Questions(types, inputs, [list(reference.run(run_inputs)) for run_inputs in inputs])


@pytest.mark.slow
def test_a_byte_of_litert_is_found_to_be_another() -> None:
    model = next(case for case in accepted_cases() if case.name == "fully_connected_i8_keep_dimensions")
    questions = questions_for(model)
    assert list(questions.wrong(evaluated_outputs(model.data, questions.inputs, TFLM))) == []
    assert list(questions.wrong(evaluated_outputs(model.data, questions.inputs, LITERT))) != []


@pytest.mark.slow
@pytest.mark.parametrize("cases", share_and_all(model_cases(), 4, lambda case: case.name))
def test_every_small_model_gives_its_bytes(cases: list[ModelCase]) -> None:
    wrong = [
        f"{case.name}: {each}"
        for case in accepted_cases()
        if case in cases
        for questions in [questions_for(case)]
        for each in questions.wrong(evaluated_outputs(case.data, questions.inputs, TFLM))
    ]
    assert wrong == []
    assert len(accepted_cases()) > 500


@pytest.mark.slow
def test_what_differs_from_litert_is_compiled_so() -> None:
    cases = {
        case.name: case.data for case in accepted_cases() if case.name.startswith(DIFFERENT) and "_f32" not in case.name
    }
    questions = {name: Questions.of(data, 1, TFLM) for name, data in cases.items()}
    models = {name: read_model(data) for name, data in cases.items()}
    outputs = compiled_outputs(models, questions, profile=TFLM)
    assert [f"{name}: {each}" for name in cases for each in questions[name].wrong(outputs[name])] == []


@pytest.mark.proof
def test_random_models_give_its_bytes() -> None:
    assert disagreements({model.name: model.data for model in accepted_random_models(MODELS)}, profile=TFLM) == []


@pytest.mark.slow
@pytest.mark.parametrize("cases", [model_cases(), refused_cases()], ids=["compiled", "refused"])
def test_what_it_is_said_to_lack_it_refuses(cases: Sequence[ModelCase | RefusedCase]) -> None:
    for case in cases:
        lacking = unsupported_ops(read_model(case.data), TFLM)
        if lacking and all(each.types.endswith(LACKING_REASON) for each in lacking):
            with pytest.raises(HostModelError):
                open_micro(case.data).run(seeded_inputs(case.data, np.random.default_rng(1)))


@pytest.mark.parametrize("name", ["abs_i8", "sum_i8"])
def test_what_cannot_be_compiled_is_not_said_to_be_missing_in_it(name: str) -> None:
    """TFLite Micro has these operators, and Anvil has not."""
    data = next(case.data for case in refused_cases() if case.name == name)
    assert [each.op for each in unsupported_ops(read_model(data), TFLM)] == [name.partition("_")[0].upper()]
    assert [each for each in unsupported_ops(read_model(data), TFLM) if LACKING_REASON in each.types] == []
    open_micro(data).run(seeded_inputs(data, np.random.default_rng(1)))


@pytest.mark.slow
def test_every_operator_that_it_has_is_in_a_model_that_it_takes() -> None:
    """The exceptions are operators of which Anvil knows no rounding, or that stand for others in a file."""
    ops = {operator.op for case in accepted_cases() for operator in read_model(case.data).operators}
    random = {operator for model in accepted_random_models(MODELS) for operator in model.operators}
    assert set(TYPES) - ops - random <= {"WHILE", "CALL_ONCE"}


@pytest.mark.slow
@pytest.mark.parametrize("models", share_and_all(INTEGERS, 3))
def test_real_models_give_its_bytes(models: list[str], test_data: Path) -> None:
    files = {name: (test_data / "models" / f"{name}.tflite").read_bytes() for name in models}
    questions = {name: Questions.of(data, 1, TFLM) for name, data in files.items()}
    outputs = compiled_outputs({name: read_model(data) for name, data in files.items()}, questions, profile=TFLM)
    assert [f"{name}: {each}" for name in files for each in questions[name].wrong(outputs[name])] == []
