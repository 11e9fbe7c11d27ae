"""Constant channels are taken out, and nobody can tell from what comes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.ops.convolution.int16x8 import Conv2DInt16, DepthwiseConv2DInt16
from rune.compiler.anvil.ops.convolution.pool_2d import Pool2D
from rune.compiler.anvil.ops.reshaping.concatenation import Concatenation
from rune.compiler.anvil.ops.reshaping.rearrangement import Rearrangement
from rune.compiler.anvil.passes.dead_channels import dead_channels
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.model.tflite import (
    Activation,
    ConcatenationOptions,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    Model,
    Operator,
    Padding,
    Pool2DOptions,
    Quantization,
    SumOptions,
    Tensor,
    TensorKind,
    read_model,
)
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.model_cases import compiled_model

CHANNELS = 24
DEAD = (*range(0, CHANNELS, 3), 1, 2)
"""Ten channels, of which eight can go: the kernels take channels by eight."""
BYTES = Quantization((0.05,), (-7,))


def activations(name: str, height: int, width: int, channels: int) -> Tensor:
    return Tensor(name, TensorKind.INT8, (1, height, width, channels), BYTES)


def constant(name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]], axis: int) -> Tensor:
    kind = TensorKind.INT8 if values.dtype == np.int8 else TensorKind.INT32
    scales = np.linspace(0.001, 0.003, values.shape[axis])
    quantization = Quantization(tuple(scales.tolist()), (0,) * len(scales), axis)
    return Tensor(name, kind, values.shape, quantization, memoryview(values.tobytes()))


def chain() -> Model:
    """A convolution, a depthwise one with channels that the activation holds at zero, and one of 1 x 1."""
    generator = np.random.default_rng(3)

    def weights(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
        return generator.integers(-127, 128, shape).astype(np.int8)

    def biases(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        return generator.integers(-4000, 4000, count).astype("<i4")

    middle_bias = biases(CHANNELS)
    middle_bias[list(DEAD)] = -2_000_000
    tensors = (
        activations("image", 6, 5, 3),
        constant("w0", weights(CHANNELS, 3, 3, 3), 0),
        constant("b0", biases(CHANNELS), 0),
        activations("first", 6, 5, CHANNELS),
        constant("w1", weights(1, 3, 3, CHANNELS), 3),
        constant("b1", middle_bias, 0),
        activations("second", 6, 5, CHANNELS),
        constant("w2", weights(9, 1, 1, CHANNELS), 0),
        constant("b2", biases(9), 0),
        activations("last", 6, 5, 9),
    )
    plain = Conv2DOptions(Padding.SAME, 1, 1, 1, 1, Activation.NONE)
    depthwise = DepthwiseConv2DOptions(Padding.SAME, 1, 1, 1, 1, 1, Activation.RELU)
    operators = (
        Operator("CONV_2D", 1, (0, 1, 2), (3,), plain),
        Operator("DEPTHWISE_CONV_2D", 1, (3, 4, 5), (6,), depthwise),
        Operator("CONV_2D", 1, (6, 7, 8), (9,), plain),
    )
    return Model(3, "", tensors, operators, (0,), (9,), 0)


def wide_chain() -> Model:
    """The same of int16, whose numbers are counted from 0."""
    model = chain()

    def wide(tensor: Tensor) -> Tensor:
        if tensor.data is None:
            return replace(tensor, kind=TensorKind.INT16, quantization=Quantization((0.0002,), (0,)))
        if tensor.kind is TensorKind.INT8:
            return tensor
        numbers = np.frombuffer(tensor.data, "<i4").astype("<i8") * 256
        return replace(tensor, kind=TensorKind.INT64, data=memoryview(numbers.tobytes()))

    return replace(model, tensors=tuple(map(wide, model.tensors)))


def joined() -> Model:
    """Two convolutions, of whose channels some are dead, side by side; a pooling, and a convolution of them all."""
    generator = np.random.default_rng(5)

    def weights(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
        return generator.integers(-127, 128, shape).astype(np.int8)

    biases = [generator.integers(-4000, 4000, count).astype("<i4") for count in (16, CHANNELS, 9)]
    biases[0][:9] = -2_000_000
    biases[1][list(DEAD)] = -2_000_000
    tensors = (
        activations("image", 6, 5, 3),
        constant("w0", weights(16, 3, 3, 3), 0),
        constant("b0", biases[0], 0),
        activations("left", 6, 5, 16),
        constant("w1", weights(CHANNELS, 1, 1, 3), 0),
        constant("b1", biases[1], 0),
        activations("right", 6, 5, CHANNELS),
        activations("both", 6, 5, 16 + CHANNELS),
        activations("pooled", 3, 2, 16 + CHANNELS),
        constant("w2", weights(9, 1, 1, 16 + CHANNELS), 0),
        constant("b2", biases[2], 0),
        activations("last", 3, 2, 9),
    )
    cut = Conv2DOptions(Padding.SAME, 1, 1, 1, 1, Activation.RELU)
    operators = (
        Operator("CONV_2D", 1, (0, 1, 2), (3,), cut),
        Operator("CONV_2D", 1, (0, 4, 5), (6,), cut),
        Operator("CONCATENATION", 1, (3, 6), (7,), ConcatenationOptions(3, Activation.NONE)),
        Operator("MAX_POOL_2D", 1, (7,), (8,), Pool2DOptions(Padding.VALID, 2, 2, 2, 2, Activation.NONE)),
        Operator("CONV_2D", 1, (8, 9, 10), (11,), replace(cut, activation=Activation.NONE)),
    )
    return Model(3, "", tensors, operators, (0,), (11,), 0)


def shifted(wide: bool) -> Model:
    """A convolution to which a constant is added, one number a channel, so that an activation holds some at zero."""
    generator = np.random.default_rng(6)
    scale = Quantization((0.0002,), (0,)) if wide else BYTES
    shift = generator.integers(-20, 20, CHANNELS)
    shift[list(DEAD)] = -128
    weights = [
        generator.integers(-9, 10, shape).astype(np.int8) for shape in ((CHANNELS, 1, 1, 3), (9, 1, 1, CHANNELS))
    ]
    kind = TensorKind.INT16 if wide else TensorKind.INT8
    numbers = (shift * 256).astype("<i2") if wide else shift.astype(np.int8)

    def tensor_of(name: str, channels: int) -> Tensor:
        return Tensor(name, kind, (1, 6, 5, channels), scale)

    tensors = (
        tensor_of("image", 3),
        constant("w0", weights[0], 0),
        tensor_of("before", CHANNELS),
        replace(tensor_of("added", CHANNELS), shape=(CHANNELS,), data=memoryview(numbers.tobytes())),
        tensor_of("after", CHANNELS),
        constant("w1", weights[1], 0),
        tensor_of("last", 9),
    )
    plain = Conv2DOptions(Padding.SAME, 1, 1, 1, 1, Activation.NONE)
    operators = (
        Operator("CONV_2D", 1, (0, 1), (2,), plain),
        Operator("ADD", 1, (2, 3), (4,), SumOptions(Activation.RELU, powers_of_two=False)),
        Operator("CONV_2D", 1, (4, 5), (6,), plain),
    )
    return Model(3, "", tensors, operators, (0,), (6,), 0)


def graph_of(model: Model) -> Graph:
    return read_pipeline(models_pipeline({"model": model}), {"model": model})


def test_constant_channels_are_taken_out_by_eights() -> None:
    smaller = dead_channels(graph_of(chain()))
    first, middle, last = (node.work for node in smaller.nodes if node.stage == "model")
    assert isinstance(first, Conv2DInt8)
    assert isinstance(middle, DepthwiseConv2DInt8)
    assert isinstance(last, Conv2DInt8)
    assert first.filters.shape == (16, 3, 3, 3)
    assert middle.taps.shape == (9, 16)
    assert last.filters.shape == (9, 1, 1, 16)
    assert len(middle.multipliers) == 16
    types = {value.name: value.type.dimensions for value in smaller.values}
    assert types["model tensor 3"] == types["model tensor 6"] == (1, 6, 5, 16)


def test_channels_of_int16_are_taken_out_too() -> None:
    smaller = dead_channels(graph_of(wide_chain()))
    first, middle, last = (node.work for node in smaller.nodes if node.stage == "model")
    assert isinstance(first, Conv2DInt16)
    assert isinstance(middle, DepthwiseConv2DInt16)
    assert isinstance(last, Conv2DInt16)
    assert first.filters.shape == (16, 3, 3, 3)
    assert middle.taps.shape == (9, 16)
    assert last.filters.shape == (9, 1, 1, 16)


def test_channels_side_by_side_are_taken_out_of_each() -> None:
    smaller = dead_channels(graph_of(joined()))
    left, right, both, pool, last = (node.work for node in smaller.nodes if node.stage == "model")
    assert isinstance(left, Conv2DInt8)
    assert isinstance(right, Conv2DInt8)
    assert isinstance(both, Concatenation)
    assert isinstance(pool, Pool2D)
    assert isinstance(last, Conv2DInt8)
    assert [len(left.filters), len(right.filters), last.filters.shape[3]] == [8, 16, 24]
    assert both.widths == (8, 16)
    assert pool.window.input_channels == 24


@pytest.mark.parametrize("wide", [False, True], ids=["int8", "int16"])
def test_channels_that_a_known_side_holds_at_zero_are_taken_out(wide: bool) -> None:
    smaller = dead_channels(graph_of(shifted(wide)))
    first, addition, last = (node for node in smaller.nodes if node.stage == "model")
    assert isinstance(first.work, Conv2DInt8 | Conv2DInt16)
    assert isinstance(last.work, Conv2DInt8 | Conv2DInt16)
    assert len(first.work.filters) == last.work.filters.shape[3] == 16
    assert [smaller.values[index].type.dimensions for index in addition.inputs] == [(1, 6, 5, 16), (16,)]


def test_channels_side_by_side_that_somebody_else_reads_are_left_alone() -> None:
    graph = graph_of(replace(joined(), outputs=(11, 3)))
    assert dead_channels(graph) is graph


@pytest.mark.parametrize("name", ["depth_to_space_i8_plain", "space_to_depth_i8_plain"])
def test_what_makes_one_channel_of_several_carries_none(name: str) -> None:
    model = read_model(compiled_model(name))
    (work,) = (node.work for node in graph_of(model).nodes if node.stage == "model")
    assert isinstance(work, Rearrangement)
    channels = model.tensors[model.inputs[0]].shape[-1]
    assert work.bounds(ChannelRange.of_bytes(channels)) is None
    assert work.carrying(np.ones(channels, np.bool_)) is None


def test_what_somebody_else_reads_is_left_alone() -> None:
    graph = graph_of(replace(chain(), outputs=(9, 6)))
    assert dead_channels(graph) is graph


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "probe", "kind", "nothing"),
    [
        (chain(), 6, np.int8, -7),
        (wide_chain(), 6, np.int16, 0),
        (joined(), 6, np.int8, -7),
        (shifted(wide=False), 4, np.int8, -7),
        (shifted(wide=True), 4, np.int16, 0),
    ],
    ids=["int8", "int16", "side by side", "a known side", "a known side of int16"],
)
def test_the_outputs_are_the_same_with_and_without(
    model: Model, probe: int, kind: type[np.signedinteger[Any]], nothing: int
) -> None:
    models = {"smaller": model, "whole": replace(model, outputs=(*model.outputs, probe))}
    rune = loaded(module_of(models_pipeline(models), models))
    generator, limits = np.random.default_rng(4), np.iinfo(kind)
    for _ in range(20):
        image = generator.integers(limits.min, limits.max + 1, 90).astype(kind).tobytes()
        smaller, whole = (tensors_of(message.data) for message in run(rune, [image, image]))
        assert smaller[0] == whole[0]
        second = np.frombuffer(whole[1][1], kind).reshape(-1, CHANNELS)
        assert (second[:, list(DEAD)] == nothing).all()
        assert len(set(second[:, 4])) > 1
