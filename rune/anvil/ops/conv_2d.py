"""CONV_2D: weights packed for tiles of 8 channels, biases that hold what the input's zero point adds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rune.anvil.fixed_point import Integers, activation_range, real_range, scale_of
from rune.anvil.kernel_call import Constant, Input, KernelCall, KernelStructure, Op, Operation, Output, Scratch, require
from rune.anvil.ops.requantization import OutputRange, Sums, convolution_rounding, wrapped
from rune.anvil.ops.types import FLOAT32, INT8, INT32, WITHOUT_SCALE, are, array, bounded, channel_scales, one_scale
from rune.anvil.ops.window import FILTER_ROWS, Window, window
from rune.anvil.program import Number
from rune.tflite import Activation, Conv2DOptions, Tensor

POINTWISE_BLOCK = 1024
"""Numbers that a pointwise convolution widens at a time: enough to use each weight for several tiles."""
LARGEST_GROUPED = 1 << 24
"""Weights of a convolution in groups, once the zeros between the groups are filled in."""
EVEN_BLOCK = 2560
"""The same where the pixels come out even: then the code needs no second copy for the rest."""


def _options(op: Op) -> Conv2DOptions:
    assert isinstance(op.operator.options, Conv2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: Op) -> str | None:
    return image_op_refusal(op, _options(op).activation, weights_axis=0)


def image_op_refusal(op: Op, activation: Activation, weights_axis: int) -> str | None:
    """Why a convolution of images has no kernel; the same for CONV_2D and DEPTHWISE_CONV_2D."""
    image, weights, bias = op.input(0), op.input(1), op.optional_input(2)
    if are(INT8, image, weights, op.output):
        if not one_scale(image, op.output):
            return WITHOUT_SCALE
        if not channel_scales(weights, weights_axis):
            return "weights with a zero point or scales of another dimension"
        if bias is not None and not are(INT32, bias):
            return f"a bias of {bias.kind.name.lower()}"
    elif not are(FLOAT32, image, weights, op.output) or (bias is not None and not are(FLOAT32, bias)):
        return ""
    if weights.data is None or (bias is not None and bias.data is None):
        return "weights that are not constant"
    if not bounded(activation):
        return f"activation {activation.name}"
    if len(weights.shape) == 4 and weights.shape[1] > FILTER_ROWS:
        return f"a filter of more than {FILTER_ROWS} rows"
    return None


def call(op: Op) -> KernelCall:
    options, image, weights, output = _options(op), op.input(0), op.input(1), op.output
    shapes = (image.shape, weights.shape, output.shape)
    require(all(len(shape) == 4 for shape in shapes), "image, filter and output must have four dimensions")
    require(output.shape[-1] == weights.shape[0], "the output's depth is not the number of filters")
    place = window(
        image,
        output,
        (weights.shape[1], weights.shape[2]),
        (options.stride_height, options.stride_width),
        (options.dilation_height, options.dilation_width),
        options.padding,
    )
    filters = array(weights, np.int8 if weights.kind is INT8 else np.float32)
    return convolution(op, place, _over_all_groups(filters, image.shape[3]), options.activation)


def _over_all_groups(filters: NDArray[np.generic], depth: int) -> NDArray[np.generic]:
    """Filters that see a group of the image's channels, as filters that see them all: zeros for the other groups.
    Raises `Contradiction` where the groups do not come out even."""
    channels, height, width, group_depth = filters.shape
    if group_depth == depth:
        return filters
    groups = depth // max(group_depth, 1)
    require(groups * group_depth == depth and channels % groups == 0, "the filter's depth is not the image's")
    require(filters.size * groups <= LARGEST_GROUPED, "its groups are too many for its size")
    full = np.zeros((channels, height, width, depth), filters.dtype)
    for group in range(groups):
        members = slice(group * (channels // groups), (group + 1) * (channels // groups))
        full[members, ..., group * group_depth : (group + 1) * group_depth] = filters[members]
    return full


def convolution(op: Op, place: Window, filters: NDArray[np.generic], activation: Activation) -> KernelCall:
    """The call for filters [output channel, height, width, input channel]."""
    if filters.dtype == np.float32:
        return _float32(op, place, filters.astype(np.float32), activation)
    image, output = op.input(0), op.output
    numbers = filters.astype(np.int64)
    sums = sums_of(op, numbers.reshape(len(numbers), -1))
    multipliers = channel_multipliers(op, len(numbers))
    bias, requantize = convolution_rounding(multipliers, sums, output_range(activation, output))
    input_zero_point = scale_of(image)[1]
    if _is_pointwise(place):
        return _pointwise(place, numbers, bias, requantize)
    return KernelCall(
        "conv_2d.h",
        "rune_conv_2d_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("int16_t", place.rows_size(2)),
            Constant("int8_t", packed_pairs(_segments(place, numbers))),
            bias,
            place.structure(),
            requantize,
            Number(input_zero_point),
        ),
    )


def _is_pointwise(place: Window) -> bool:
    """Whether every pixel is seen once and alone."""
    sizes = (place.filter_height, place.filter_width, place.stride_y, place.stride_x)
    return sizes == (1, 1, 1, 1)


def _pointwise(place: Window, filters: Integers, bias: Constant, requantize: KernelStructure) -> KernelCall:
    pixels = place.batches * place.output_height * place.output_width
    inputs = place.input_channels
    block = _pointwise_block(pixels, inputs)
    return KernelCall(
        "conv_2d.h",
        "rune_pointwise_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("int16_t", (block * inputs + 8) * 2),
            Constant("int8_t", packed_pairs(filters.reshape(len(filters), 1, inputs))),
            bias,
            requantize,
            Number(pixels),
            Number(inputs),
            Number(place.output_channels),
            Number(block),
        ),
    )


def _pointwise_block(pixels: int, inputs: int) -> int:
    """How many pixels are widened at a time."""
    even = max((count for count in range(1, EVEN_BLOCK // inputs + 1) if pixels % count == 0), default=1)
    return even if even >= 8 else min(pixels, max(4, POINTWISE_BLOCK // inputs // 4 * 4))


def _segments(place: Window, filters: NDArray[np.generic]) -> NDArray[np.generic]:
    """[output channel, segment, number]: a segment is what lies together in a row of the image."""
    channels, height, width, depth = filters.shape
    if place.dilation_x == 1:
        return filters.reshape(channels, height, width * depth)
    return filters.reshape(channels, height * width, depth)


def packed_pairs(segments: NDArray[np.generic]) -> bytes:
    """[channel, segment, number] to bytes of [8 channels][segment][pair of numbers][channel][2], filled with zeros."""
    channels, count, length = segments.shape
    full = np.zeros((-(-channels // 8) * 8, count, -(-length // 2) * 2), np.int8)
    full[:channels, :, :length] = segments
    return full.reshape(-1, 8, count, full.shape[2] // 2, 2).transpose(0, 2, 3, 1, 4).tobytes()


def channel_multipliers(op: Op, channels: int) -> Sequence[float]:
    """Input scale times weight scale over output scale, in double precision, one a channel."""
    quantization = op.input(1).quantization
    assert quantization is not None  # noqa: S101 - `channel_scales` was asked before
    scales = quantization.scales if len(quantization.scales) > 1 else quantization.scales * channels
    return [scale_of(op.input(0))[0] * scale / scale_of(op.output)[0] for scale in scales]


def sums_of(op: Op, weights: Integers) -> Sums:
    """What each channel's sums can be: `weights` are [channel, number], each number any byte, or zero in a padding."""
    zero_point = scale_of(op.input(0))[1]
    low, high = -128 - zero_point, 127 - zero_point
    bias = bias_of(op, len(weights)).astype(np.int64)
    rising, falling = np.maximum(weights, 0).sum(axis=1), np.minimum(weights, 0).sum(axis=1)
    return Sums(
        folded_bias(op, weights.sum(axis=1)), bias + rising * low + falling * high, bias + rising * high + falling * low
    )


def folded_bias(op: Op, weight_sums: Integers) -> Integers:
    """The bias, or zeros, minus the input's zero point times each channel's sum of weights."""
    return wrapped(bias_of(op, len(weight_sums)).astype(np.int64) - scale_of(op.input(0))[1] * weight_sums)


def bias_of(op: Op, channels: int) -> NDArray[np.generic]:
    """The bias of an op, or zeros. Raises `Contradiction` for a bias of another length."""
    bias = op.optional_input(2)
    if bias is None:
        return np.zeros(channels, np.int32)
    require(bias.count == channels, f"the bias has {bias.count} values for {channels} channels")
    return array(bias, np.float32 if bias.kind is FLOAT32 else np.int32).reshape(-1)


def output_range(activation: Activation, output: Tensor) -> OutputRange:
    return OutputRange(scale_of(output)[1], *activation_range(activation, output))


def _float32(op: Op, place: Window, filters: NDArray[np.float32], activation: Activation) -> KernelCall:
    segments = _segments(place, filters)
    channels, count, length = segments.shape
    full = np.zeros((-(-channels // 8) * 8, count, length), np.float32)
    full[:channels] = segments
    packed = full.reshape(-1, 8, count, length).transpose(0, 2, 3, 1)
    bias = np.zeros(len(full), np.float32)
    bias[:channels] = bias_of(op, channels)
    minimum, maximum = real_range(activation)
    return KernelCall(
        "conv_2d.h",
        "rune_conv_2d_float32",
        (
            Input(0, "float"),
            Output(0, "float"),
            Scratch("float", place.rows_size(4)),
            Constant("float", packed.astype("<f4").tobytes()),
            Constant("float", bias.astype("<f4").tobytes()),
            place.structure(),
            Number(minimum),
            Number(maximum),
        ),
    )


OPERATION = Operation(refusal, call)
