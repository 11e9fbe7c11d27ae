"""Recurrent models as Keras and its converter write them: compiled whole, they give what the reference kernels give."""

from __future__ import annotations

import pytest

from rune.compiler.anvil.models.plain_model import plain_model
from rune.model.tflite import read_model
from rune.tensor import ElementType
from tests.rune.compiler.anvil.models.test_anvil_models import assert_close
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.pipelines import TensorBytes, loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.model_cases import ModelCase, keras_cases

Tensors = list[TensorBytes]


@pytest.fixture(scope="module")
def rune_outputs() -> dict[str, list[Tensors]]:
    """The outputs of each model in each of its runs, all of them in one module."""
    cases = keras_cases()
    models = {case.name: read_model(case.data) for case in cases}
    rune = loaded(module_of(models_pipeline(models), models))
    outputs: dict[str, list[Tensors]] = {case.name: [] for case in cases}
    for number in range(len(cases[0].runs)):
        messages = run(rune, [data for case in cases for data in case.runs[number].inputs])
        for case, message in zip(cases, messages, strict=True):
            outputs[case.name].append(tensors_of(message.data))
    return outputs


@pytest.mark.proof
@pytest.mark.parametrize("case", keras_cases(), ids=lambda case: case.name)
def test_an_exported_model_gives_what_the_reference_gives(
    case: ModelCase, rune_outputs: dict[str, list[Tensors]]
) -> None:
    evaluation = evaluated_outputs(case.data, [each.inputs for each in case.runs])
    for expected_run, actual_run, reference_run in zip(case.runs, rune_outputs[case.name], evaluation, strict=True):
        for expected, (kind, actual), reference in zip(expected_run.outputs, actual_run, reference_run, strict=True):
            if kind.element is ElementType.F32:
                assert_close(expected, actual)
                assert_close(expected, reference)
            else:
                assert actual == reference == expected


def test_no_loop_is_left_of_them() -> None:
    models = {case.name: read_model(case.data) for case in keras_cases()}
    loops = {name for name, model in models.items() if any(operator.op == "WHILE" for operator in model.operators)}
    assert loops == set(models) - {"lstm_unrolled_i8"}
    for model in models.values():
        assert not {operator.op for operator in plain_model(model).operators} & {"WHILE", "LESS", "LOGICAL_AND"}
