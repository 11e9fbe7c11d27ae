"""Models of int16 (int16x8) at the ends of their arithmetic: the reference kernels' numbers, or a refusal by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.random import default_rng
from numpy.typing import NDArray

from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.ops.activations.sigmoid_int16 import table_of_logistic
from rune.compiler.anvil.ops.activations.softmax import table_of_exponentials, table_of_reciprocals
from rune.compiler.targets.lookup import find_target
from rune.model.profile import LITERT
from rune.model.tflite import read_model
from tests.support.cases import each_case
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.model_judge import Questions, compiled_outputs, disagreements
from tests.support.models.model_cases import model_cases
from tests.support.models.reference.make_models import answers
from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ACTIVATIONS

EVERY = np.arange(-(2**15), 2**15, dtype=np.int16)
INPUT_SCALE, OUTPUT_SCALE = 0.0123, 0.0457


def sums_model(
    op: str, sums: Callable[[Sequence[float]], Sequence[int]], short: bool = False, channels: int = 400
) -> bytes:
    """An op of one number times 1, its biases such that an input of 0 gives these sums; scales are of all sizes.
    `sums` is given the quotients of scales."""
    graph, random = ModelGraph("sums"), default_rng(1)
    scales = [
        float(each) for each in np.exp(random.uniform(math.log(1e-7), math.log(3.0), channels)).astype(np.float32)
    ]
    single_input, single_output = float(np.float32(INPUT_SCALE)), float(np.float32(OUTPUT_SCALE))
    bias = np.array(sums([single_input * scale / single_output for scale in scales]))
    ones: NDArray[np.int8] = np.ones((channels, 1, 1, 1), np.int8)
    flat = op == "FULLY_CONNECTED"
    source = graph.input("x", (1, 1) if flat else (1, 1, 1, 1), "int16", INPUT_SCALE)
    weights = graph.constant("weights", ones.reshape(channels, 1) if flat else ones, scales)
    shape = (1, channels) if flat else (1, 1, 1, channels)
    biases = graph.constant(
        "bias", bias.astype(np.int32 if short else np.int64), [single_input * each for each in scales]
    )
    output = graph.tensor("y", shape, "int16", OUTPUT_SCALE)
    options: Any = {
        "FULLY_CONNECTED": schema.FullyConnectedOptionsT,
        "CONV_2D": schema.Conv2DOptionsT,
        "TRANSPOSE_CONV": schema.TransposeConvOptionsT,
    }[op]()
    if not flat:
        options.strideH = options.strideW = options.padding = 1
    if op == "CONV_2D":
        options.dilationHFactor = options.dilationWFactor = 1
    options.quantizedBiasType = schema.TensorType.INT32 if short else 0
    inputs = [source, weights, biases]
    if op == "TRANSPOSE_CONV":
        inputs = [graph.constant("size", np.array(shape, np.int32)), weights, source, biases]
    graph.operator(op, inputs, [output], options, {"FULLY_CONNECTED": 11, "CONV_2D": 8}.get(op, 5))
    return graph.finish(output)


def spread(quotients: Sequence[float]) -> list[int]:
    """Sums that give all sizes of numbers."""
    random = default_rng(2)
    return [int(random.uniform(-32800, 32800) / quotient) for quotient in quotients]


def beside_halves(quotients: Sequence[float]) -> list[int]:
    """Sums next to those that give a half."""
    random = default_rng(3)
    return [math.floor((random.integers(-32000, 32000) + 0.5) / each) + int(random.integers(2)) for each in quotients]


def short_sums(quotients: Sequence[float]) -> list[int]:
    return [max(-(2**30), min(2**30, each)) for each in spread(quotients)]


@pytest.mark.proof
def test_sums_of_all_sizes_are_scaled_as_in_the_reference_on_every_target() -> None:
    models = {
        f"{op}, {sums.__name__}": sums_model(op, sums)
        for op in ("CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
        for sums in (spread, beside_halves)
    }
    models |= {
        f"{op} with a bias of 32 bits": sums_model(op, short_sums, short=True)
        for op in ("CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
    }
    assert disagreements(models, (find_target("wasm32"), find_target("wasm32-mvp"))) == []


def elementwise(op: str, scale: float, result: float, count: int = len(EVERY)) -> bytes:
    graph = ModelGraph(op)
    source = graph.input("x", (1, count), "int16", scale)
    output = graph.tensor("y", (1, count), "int16", result)
    options: Any = schema.SoftmaxOptionsT() if op == "SOFTMAX" else None
    if op == "SOFTMAX":
        options.beta = 1.0
    graph.operator(op, [source], [output], options)
    return graph.finish(output)


@each_case("op", ["LOGISTIC", "TANH"])
@each_case("scale", [2.0**-13, 2.0**-12, 2.0**-11, 0.000185, 0.0031, 0.5, 5.0])
def test_each_of_65536_numbers_has_the_references_function(op: str, scale: float) -> None:
    data, inputs = elementwise(op, scale, 2.0**-15), [[EVERY.tobytes()]]
    assert evaluated_outputs(data, inputs) == answers(data, inputs)


@each_case("op", ["ABS", "EXP", "LOG"])
@each_case("scale", [0.0001, 0.0003])
def test_each_of_65536_numbers_has_the_references_value(op: str, scale: float) -> None:
    data, inputs = elementwise(op, scale, 0.0002), [[EVERY.tobytes()]]
    assert evaluated_outputs(data, inputs) == answers(data, inputs)


@each_case("scale", [0.00001, 0.0001, 0.001, 0.1])
def test_rows_of_any_length_have_the_references_shares(scale: float) -> None:
    random = default_rng(4)
    for count in (1, 2, 3, 40, 3000):
        data = elementwise("SOFTMAX", scale, 2.0**-15, count)
        inputs = [[random.integers(-(2**15), 2**15, count, dtype=np.int16).tobytes()] for _ in range(3)]
        assert evaluated_outputs(data, inputs) == answers(data, inputs)


def depthwise(size: tuple[int, int], channels: int, multiplier: int = 1, **options: Any) -> bytes:
    layers = Layers("depthwise", default_rng(5))
    source = layers.input((2, *size, channels), "int16")
    return layers.graph.finish(layers.depthwise(source, multiplier, **options).index)


@pytest.mark.proof
def test_channels_that_are_summed_together_have_the_references_bytes() -> None:
    files = {
        "eight": depthwise((5, 4), 8),
        "sixteen and three, a step of two": depthwise((6, 7), 19, stride=(2, 2)),
        "eight and one, dilated": depthwise((7, 6), 9, dilation=(2, 2), padding="valid"),
        "two outputs of each": depthwise((4, 4), 8, 2),
        "more taps than fit into 32 bits": depthwise((18, 18), 8, kernel=(17, 17)),
        "as many as fit": depthwise((17, 17), 8, kernel=(16, 16)),
    }
    models = {name: read_model(data) for name, data in files.items()}
    questions = {name: Questions.of(data, 5) for name, data in files.items()}
    outputs = compiled_outputs(models, questions)
    assert {name: list(questions[name].wrong(outputs[name])) for name in models} == {name: [] for name in models}


def test_the_tables_hold_their_functions() -> None:
    places = np.arange(256) / 24
    assert np.abs(table_of_logistic()[:-1] - 2**16 / (1 + np.exp(-places[:-1]))).max() < 1.3
    steps = np.linspace(0, 1, 513)
    assert np.abs(table_of_exponentials() - 2**15 * np.exp(10 * (steps - 1))).max() < 2
    assert np.abs(table_of_reciprocals(LITERT) - 2**15 / (1 + steps)).max() < 2


def convolution(
    multiplier: float = 0.001, bias: int = 0, zero_point: int = 0, kind: str = "int64", weight_zero_point: int = 0
) -> bytes:
    """A 1x1 convolution of one pixel."""
    graph = ModelGraph("convolution")
    source = graph.input("x", (1, 1, 1, 1), "int16", 1.0, zero_point)
    weights = graph.constant("weights", np.ones((1, 1, 1, 1), np.int8), 1.0, weight_zero_point)
    biases = graph.constant("bias", np.array([bias]).astype(kind), 1.0)
    output = graph.tensor("y", (1, 1, 1, 1), "int16", 1.0 / multiplier)
    options: Any = schema.Conv2DOptionsT()
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    options.padding, options.fusedActivationFunction = 1, ACTIVATIONS["none"]
    graph.operator("CONV_2D", [source, weights, biases], [output], options, 4)
    return graph.finish(output)


def added(scale: float, result: float, asks_for_shifts: bool) -> bytes:
    graph = ModelGraph("added")
    source = graph.input("x", (1, 4), "int16", scale)
    output = graph.tensor("y", (1, 4), "int16", result)
    options: Any = schema.AddOptionsT()
    options.potScaleInt16 = asks_for_shifts
    graph.operator("ADD", [source, source], [output], options, 2)
    return graph.finish(output)


@each_case(
    ("data", "why"),
    [
        (convolution(zero_point=3), "int16 with a zero point other than 0"),
        (convolution(weight_zero_point=3), "weights with a zero point or scales of another dimension"),
        (convolution(kind="int32"), "a bias of int32 that its options do not name"),
        (convolution(bias=2**47), "sums that may leave 47 bits"),
        (convolution(multiplier=200.0), "scales so far apart that the reference refuses them"),
        (added(2.0**-12, 2.0**-12, True), "scales that are powers of two, and the option of old files"),
        (added(0.5, 2.0**-17, False), "scales so far apart that the reference refuses them"),
        (elementwise("LOGISTIC", 0.1, 0.1), "an output that is not in units of 1/32768"),
        (elementwise("LOGISTIC", 6.0, 2.0**-15), "scales so far apart that its numbers leave 32 bits"),
        (elementwise("SOFTMAX", 9.0, 2.0**-15, 9), "scales so far apart that its numbers leave 32 bits"),
        (elementwise("SOFTMAX", 0.1, 2.0**-15), "rows of more than 65,535 numbers"),
        (elementwise("RELU", 1.0, 2.0**-20), "scales so far apart that its numbers leave 32 bits"),
        (elementwise("HARD_SWISH", 0.1, 0.1), "int16"),
        (elementwise("NEG", 0.1, 0.1), "int16"),
    ],
)
def test_what_the_reference_does_not_compute_is_refused_by_name(data: bytes, why: str) -> None:
    (problem,) = unsupported_ops(read_model(data))
    assert why in problem.types


def test_powers_of_two_are_added_where_a_file_does_not_ask_for_shifts() -> None:
    data = added(2.0**-12, 2.0**-11, False)
    inputs = [[np.array([-(2**15), -7, 7, 2**15 - 1], np.int16).tobytes()]]
    assert evaluated_outputs(data, inputs) == answers(data, inputs)


def test_the_multiplier_of_a_product_is_a_quotient_in_single_precision() -> None:
    """The squares of 20 numbers have another value in double precision."""
    graph = ModelGraph("squares")
    source = graph.input("x", (1, 65536), "int16", 0.00030384486308321357)
    output = graph.tensor("y", (1, 65536), "int16", 0.002976357704028487)
    graph.operator("MUL", [source, source], [output], schema.MulOptionsT(), 1)
    data, numbers = graph.finish(output), [[np.arange(-32768, 32768).astype("<i2").tobytes()]]
    assert evaluated_outputs(data, numbers) == answers(data, numbers)


@pytest.mark.parametrize("name", ["conv_2d", "depthwise_conv_2d", "fully_connected"])
def test_a_layer_without_scales_is_refused_by_name(name: str) -> None:
    case = next(each for each in model_cases() if each.name.startswith(f"{name}_i16"))
    model = read_model(case.data)
    for bare in range(len(model.tensors)):
        tensors = tuple(
            replace(tensor, quantization=None) if number == bare else tensor
            for number, tensor in enumerate(model.tensors)
        )
        unsupported_ops(replace(model, tensors=tensors))
    without = replace(model, tensors=tuple(replace(tensor, quantization=None) for tensor in model.tensors))
    assert "scale" in str(unsupported_ops(without)[0])
