"""Says which outputs of a model are probabilities: what a page may show as percent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rune.compiler.anvil.models.support import signature_with_support
from rune.model.tflite import Model, Quantization, Tensor, TensorKind, from_json, read_model, to_json
from rune.model.tflite.meaning.probabilities import gives_probabilities
from tests.support.cases import each_case
from tests.support.models.model_cases import refused_cases


def _model(ops: Sequence[str], kind: TensorKind, scale: float | None, zero_point: int = 0) -> Model:
    """The operators one after another, from tensor 0 to the last."""
    quantization = None if scale is None else Quantization((scale,), (zero_point,))
    tensors = tuple(Tensor(f"t{index}", kind, (1, 4), quantization) for index in range(len(ops) + 1))
    base = read_model(refused_cases()[0].data)
    operators = tuple(
        replace(base.operators[0], op=op, inputs=(index,), outputs=(index + 1,)) for index, op in enumerate(ops)
    )
    return replace(base, tensors=tensors, operators=operators, inputs=(0,), outputs=(len(ops),))


@each_case(
    ("ops", "kind", "scale", "zero_point", "expected"),
    [
        (["FULLY_CONNECTED", "SOFTMAX"], TensorKind.FLOAT32, None, 0, True),
        (["LOGISTIC", "RESHAPE"], TensorKind.FLOAT32, None, 0, True),
        (["SOFTMAX", "FULLY_CONNECTED"], TensorKind.FLOAT32, None, 0, False),
        (["FULLY_CONNECTED"], TensorKind.FLOAT32, None, 0, False),
        (["FULLY_CONNECTED"], TensorKind.INT8, 1 / 256, -128, True),
        (["FULLY_CONNECTED"], TensorKind.UINT8, 1 / 256, 0, True),
        (["FULLY_CONNECTED"], TensorKind.INT16, 1 / 32768, 0, True),
        (["FULLY_CONNECTED"], TensorKind.INT8, 1 / 256, 0, False),
        (["FULLY_CONNECTED"], TensorKind.UINT8, 0.0989, 58, False),
        (["SOFTMAX"], TensorKind.UINT8, 0.00391, 0, True),
        (["SOFTMAX"], TensorKind.INT8, None, 0, False),
        (["RESHAPE"], TensorKind.FLOAT32, None, 0, False),
    ],
)
def test_softmax_and_logistic_give_probabilities_and_so_does_the_scale_that_is_theirs_alone(
    ops: list[str], kind: TensorKind, scale: float | None, zero_point: int, expected: bool
) -> None:
    model = _model(ops, kind, scale, zero_point)
    assert gives_probabilities(model, model.outputs[0]) is expected


def test_an_operator_without_inputs_passes_no_probabilities_on() -> None:
    model = _model(["RESHAPE"], TensorKind.FLOAT32, None)
    without_inputs = replace(model, operators=(replace(model.operators[0], inputs=()),))
    assert gives_probabilities(without_inputs, without_inputs.outputs[0]) is False


def test_a_signature_with_its_probabilities_and_lacking_operators_survives_json() -> None:
    model = read_model(next(case.data for case in refused_cases() if case.name == "elu_logistic_f32"))
    original = signature_with_support(model)
    assert [each.op for each in original.unsupported] == ["ELU"]
    assert [tensor.is_probability for tensor in original.outputs] == [True]
    assert from_json(json.loads(json.dumps(to_json(original)))) == original


@pytest.mark.slow
def test_the_scores_of_real_models_are_told_by_their_own_scale(test_data: Path) -> None:
    scores = {}
    for name in ("microspeech", "mobilenet_v2_uint8", "person_detection_uint8", "gesture", "mlperf_ad_int8"):
        signature = signature_with_support(read_model((test_data / "models" / f"{name}.tflite").read_bytes()))
        scores[name] = (signature.outputs[0].is_probability, bool(signature.unsupported))
    assert scores == {
        "microspeech": (True, False),
        "mobilenet_v2_uint8": (False, False),
        "person_detection_uint8": (False, False),
        "gesture": (True, False),
        "mlperf_ad_int8": (False, False),
    }
