"""Every small model gives, compiled, what TensorFlow Lite's reference kernels give; what lacks a kernel is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from rune.compiler.anvil.errors import UnsupportedModel
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFunction
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFunction
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import Model, read_model
from rune.tensor import ElementType
from tests.support.cases import each_case
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.pipelines import TensorBytes, loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.model_cases import ModelCase, RefusedCase, family_of, model_cases, refused_cases
from tests.support.shares import one_of_each

ELEMENTWISE = tuple(
    f"{op}_f32"
    for op in (
        *(each.value for each in UnaryFunction),
        *(each.value for each in BinaryFunction),
        "relu",
        "relu6",
        "leaky_relu",
    )
)
"""How the models begin that passes may compute when the rune is built."""

LAST_BITS = (
    # The reference asks the C library of its machine.
    *("chain_f32_elu", "cos_f32", "elu_f32", "gelu_f32", "log_f32", "sin_f32", "tanh_f32"),
    *("svdf_f32", "unidirectional_sequence_lstm_f32"),  # the reference's own sums and functions of vectors
)
"""How the models of floats begin whose last bits differ from the reference's, and why."""

MODULE = 100
"""Models that are compiled into one module."""


def name_of(case: ModelCase | RefusedCase) -> str:
    return case.name


CASES = one_of_each(model_cases(), family_of, name_of)


def cases_that(are: Callable[[ModelCase], bool]) -> list[ParameterSet]:
    """Returns the cases for which `are` holds as one parameter, and those that are proofs as another, a proof."""
    cases = [(case, bool(each.marks)) for each in CASES if isinstance(case := each.values[0], ModelCase) and are(case)]
    return [
        pytest.param([case for case, is_proof in cases if not is_proof], id="a share"),
        pytest.param([case for case, is_proof in cases if is_proof], id="the others", marks=pytest.mark.proof),
    ]


class ModelAnswers:
    """The answers of models, compiled as many at a time, with those that are run with them."""

    def __init__(self) -> None:
        in_order = sorted(CASES, key=lambda each: bool(each.marks))
        cases = [case for each in in_order if isinstance(case := each.values[0], ModelCase)]
        self._modules = [cases[start : start + MODULE] for start in range(0, len(cases), MODULE)]
        self._known: dict[str, list[list[TensorBytes]]] = {}

    def __getitem__(self, name: str) -> list[list[TensorBytes]]:
        """The tensors that a model gave in each of its runs."""
        if name not in self._known:
            cases = next(cases for cases in self._modules if name in map(name_of, cases))
            self._known |= _answers_of({case.name: read_model(case.data) for case in cases}, cases)
        return self._known[name]


@pytest.fixture(scope="module")
def answers() -> ModelAnswers:
    return ModelAnswers()


def _answers_of(models: dict[str, Model], cases: Sequence[ModelCase]) -> dict[str, list[list[TensorBytes]]]:
    names = {case.name: models[case.name] for case in cases}
    rune = loaded(module_of(models_pipeline(names), names))
    outputs: dict[str, list[list[TensorBytes]]] = {case.name: [] for case in cases}
    for number in range(max(len(case.runs) for case in cases)):
        inputs = [data for case in cases for data in case.runs[number % len(case.runs)].inputs]
        messages = run(rune, inputs)
        for case, message in zip(cases, messages, strict=True):
            if number < len(case.runs):
                outputs[case.name].append(tensors_of(message.data))
    return outputs


@pytest.mark.parametrize("cases", cases_that(lambda case: True))
def test_a_model_gives_what_the_reference_gives(cases: list[ModelCase], answers: ModelAnswers) -> None:
    for case in cases:
        for expected_run, actual_run in zip(case.runs, answers[case.name], strict=True):
            for expected, (kind, actual) in zip(expected_run.outputs, actual_run, strict=True):
                if kind.element is ElementType.F32 and case.name.startswith(LAST_BITS):
                    assert_close(expected, actual, case.name)
                else:
                    assert actual == expected, case.name


@pytest.mark.parametrize("cases", cases_that(lambda case: case.name.startswith(ELEMENTWISE)))
def test_the_reference_of_an_elementwise_op_has_the_bits_of_its_kernel(
    cases: list[ModelCase], answers: ModelAnswers
) -> None:
    for case in cases:
        expected = evaluated_outputs(case.data, [run.inputs for run in case.runs])
        assert [[data for _, data in actual] for actual in answers[case.name]] == expected, case.name


@pytest.mark.parametrize("cases", cases_that(lambda case: "_hybrid" in case.name))
def test_floats_that_become_bytes_when_they_come_have_the_bits_of_the_reference(
    cases: list[ModelCase], answers: ModelAnswers
) -> None:
    """A last bit that differs would become a whole step in the next such layer."""
    for case in cases:
        expected = [list(run.outputs) for run in case.runs]
        assert [[data for _, data in actual] for actual in answers[case.name]] == expected, case.name
        assert evaluated_outputs(case.data, [run.inputs for run in case.runs]) == expected, case.name


def assert_close(expected: bytes, actual: bytes, name: str = "") -> None:
    """Fails unless the numbers are within 1e-5 of each number, or 1e-6 of the tensor's largest."""
    right, numbers = np.frombuffer(expected, "<f4"), np.frombuffer(actual, "<f4")
    assert right.shape == numbers.shape, name
    tolerance = np.maximum(1e-5 * np.abs(right), 1e-6 * np.abs(right).max())
    assert (np.abs(right.astype(np.float64) - numbers) <= tolerance).all(), name


@each_case("case", refused_cases(), ids=lambda case: case.name)
def test_what_has_no_kernel_is_named_with_its_types(case: RefusedCase) -> None:
    problems = unsupported_ops(read_model(case.data))
    assert tuple((each.op, each.types, each.count) for each in problems) == case.unsupported


def test_a_model_without_kernels_is_refused_before_anything_is_compiled() -> None:
    case = next(case for case in refused_cases() if case.name == "relu_0_to_1_i8")
    models = {"model": read_model(case.data)}
    why = "model needs operators that are not supported yet: RELU_0_TO_1 with int8"
    with pytest.raises(UnsupportedModel, match=why):
        lower(models_pipeline(models), models, WASM32)
