"""A good model is read as TensorFlow Lite's own interpreter reads it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from rune.model.tflite import (
    Activation,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    FullyConnectedOptions,
    Model,
    Padding,
    Pool2DOptions,
    ReshapeOptions,
    SoftmaxOptions,
    SumOptions,
    TensorKind,
    describe,
    from_json,
    read_model,
    signature,
    to_json,
)
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.models.model_cases import ModelCase, RefusedCase, by_operator, model_cases, refused_cases

CASES = model_cases()
BY_OPERATOR = by_operator(CASES)
AS_ARRAYS = {TensorKind.RESOURCE: "OBJECT", TensorKind.INT4: "INT8"}
"""How the interpreter calls kinds that NumPy has no type for."""


def case(name: str) -> Model:
    return read_model(next(case.data for case in CASES if case.name == name))


def _agrees_with_the_interpreter(data: bytes) -> None:
    model = read_model(data)
    interpreter = Interpreter(model_content=data)
    for indices, details in (
        (model.inputs, interpreter.get_input_details()),
        (model.outputs, interpreter.get_output_details()),
    ):
        assert [detail["index"] for detail in details] == list(indices)
    for index, detail in enumerate(interpreter.get_tensor_details()[: len(model.tensors)]):
        if index != detail["index"]:
            continue
        tensor = model.tensors[index]
        assert tensor.name == detail["name"]
        assert tensor.shape == tuple(detail["shape"])
        assert AS_ARRAYS.get(tensor.kind, tensor.kind.name) == np.dtype(detail["dtype"]).name.upper()
        quantization = tensor.quantization
        if quantization is not None:
            parameters = detail["quantization_parameters"]
            assert quantization.scales == tuple(parameters["scales"].tolist())
            assert quantization.zero_points == tuple(parameters["zero_points"].tolist())
            if len(quantization.scales) > 1:
                assert quantization.axis == parameters["quantized_dimension"]
    # The interpreter adds XNNPACK's own operator behind those of the file.
    operators = [detail["op_name"] for detail in interpreter._get_ops_details() if detail["op_name"] != "DELEGATE"]
    assert [operator.op.removeprefix("CUSTOM:") for operator in model.operators] == operators


@each_case("cases", BY_OPERATOR.values(), ids=BY_OPERATOR)
def test_small_models_are_read_as_the_interpreter_reads_them(cases: list[ModelCase]) -> None:
    for item in cases:
        _agrees_with_the_interpreter(item.data)


def test_real_models_are_read_as_the_interpreter_reads_them(test_data: Path) -> None:
    paths = sorted((test_data / "models").glob("*.tflite"))
    assert paths
    for path in paths:
        _agrees_with_the_interpreter(path.read_bytes())


@pytest.mark.slow
def test_runs_fit_the_signature() -> None:
    for item in CASES:
        read = signature(read_model(item.data))
        for run in item.runs:
            assert [tensor.type.size for tensor in read.inputs] == [len(value) for value in run.inputs], item.name
            assert [tensor.type.size for tensor in read.outputs] == [len(value) for value in run.outputs], item.name


def test_constants_view_the_file_and_are_not_copied() -> None:
    data = next(item.data for item in CASES if item.name == "fully_connected_f32_plain")
    constants = [tensor.data for tensor in read_model(data).tensors if tensor.data]
    assert constants
    assert all(constant.obj is data for constant in constants)
    assert all(constant.readonly for constant in constants)


def test_options_of_compiled_operators_are_read() -> None:
    convolution = case("conv_2d_f32_dilation_2x3_valid").operators[0].options
    assert convolution == Conv2DOptions(Padding.VALID, 1, 1, 2, 3, Activation.NONE)
    depthwise = case("depthwise_conv_2d_i8_stride_1x2").operators[0].options
    assert depthwise == DepthwiseConv2DOptions(Padding.VALID, 1, 2, 1, 1, 2, Activation.NONE)
    pool = case("max_pool_2d_i8_overlapping").operators[0].options
    assert pool == Pool2DOptions(Padding.VALID, 1, 1, 3, 2, Activation.NONE)
    dense = case("fully_connected_f32_keep_dimensions").operators[0].options
    assert dense == FullyConnectedOptions(Activation.NONE, True, False, False)
    assert case("softmax_f32_beta").operators[0].options == SoftmaxOptions(0.5)
    assert case("reshape_f32_inferred_in_options").operators[0].options == ReshapeOptions((-1, 6))
    assert case("add_f32_relu6").operators[0].options == SumOptions(Activation.RELU6)


def test_an_absent_input_is_minus_one() -> None:
    assert case("fully_connected_f32_no_bias").operators[0].inputs[-1] == -1


def test_weights_have_a_scale_a_channel() -> None:
    weights = next(tensor for tensor in case("depthwise_conv_2d_i8_same").tensors if tensor.name == "weights")
    assert weights.kind is TensorKind.INT8
    assert weights.quantization is not None
    assert weights.quantization.axis == 3
    assert len(weights.quantization.scales) == weights.shape[3] == 5
    assert weights.quantization.zero_points == (0,) * 5
    assert weights.scale is None
    assert weights.type == TensorType(ElementType.I8, (1, 3, 3, 5))


def test_a_signature_survives_json() -> None:
    original = signature(case("chain_i8_two_inputs_two_outputs"))
    assert [tensor.name for tensor in original.inputs] == ["left", "right"]
    assert original.inputs[0].type == TensorType(ElementType.I8, (1, 9))
    assert original.inputs[0].scale == pytest.approx(0.0473)
    assert original.inputs[0].zero_point == 3
    assert from_json(json.loads(json.dumps(to_json(original)))) == original


def test_a_models_page_counts_operators_by_type() -> None:
    page = describe(case("chain_f32_around_i8"))
    assert page["operators"] == [
        {"op": "CONV_2D", "count": 1, "types": "int8"},
        {"op": "DEQUANTIZE", "count": 1, "types": "int8 to float32"},
        {"op": "FULLY_CONNECTED", "count": 1, "types": "int8"},
        {"op": "QUANTIZE", "count": 1, "types": "float32 to int8"},
        {"op": "SOFTMAX", "count": 1, "types": "int8"},
    ]
    assert page["inputs"] == [
        {
            "name": "input",
            "type": "f32[1, 6, 6, 3]",
            "element_kind": "Float32",
            "dimensions": [1, 6, 6, 3],
            "scale": None,
            "zero_point": None,
        }
    ]
    assert page["parameters"] == 5 * 3 * 3 * 3 + 5 + 4 * 180 + 4
    assert page["weights_size"] == 5 * 3 * 3 * 3 + 5 * 4 + 4 * 180 + 4 * 4
    json.dumps(page, allow_nan=False)


@each_case("item", refused_cases(), ids=lambda item: item.name)
def test_a_model_that_cannot_be_compiled_is_read_all_the_same(item: RefusedCase) -> None:
    """A missing operator is named with its types, and perhaps a reason behind them."""
    operators = [(each["op"], each["count"], each["types"]) for each in describe(read_model(item.data))["operators"]]
    for op, types, count in item.unsupported:
        assert any((op, count) == each[:2] and f"{types}, ".startswith(f"{each[2]}, ") for each in operators)
