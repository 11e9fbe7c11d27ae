"""DEPTHWISE_CONV_2D: each output channel reads one input channel. With a single input channel it is a CONV_2D."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rune.anvil.fixed_point import real_range, scale_of
from rune.anvil.kernel_call import Constant, Input, KernelCall, Op, Operation, Output, Scratch, require
from rune.anvil.ops.conv_2d import (
    bias_of,
    channel_multipliers,
    convolution,
    image_op_refusal,
    output_range,
    sums_of,
)
from rune.anvil.ops.requantization import convolution_rounding
from rune.anvil.ops.types import INT8, array
from rune.anvil.ops.window import Window, window
from rune.anvil.program import Number
from rune.tflite import Activation, DepthwiseConv2DOptions

FEW_TAPS = 25
"""Up to so many taps their pointers need no scratch (RUNE_FEW_TAPS)."""

POINTER_SIZE = 8
"""Bytes of a pointer on the widest target."""


def _options(op: Op) -> DepthwiseConv2DOptions:
    assert isinstance(op.operator.options, DepthwiseConv2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: Op) -> str | None:
    return image_op_refusal(op, _options(op).activation, weights_axis=3)


def call(op: Op) -> KernelCall:
    options, image, weights, output = _options(op), op.input(0), op.input(1), op.output
    require(len(weights.shape) == 4 and weights.shape[0] == 1, "the filter must be [1, height, width, channels]")
    require(len(image.shape) == 4 and len(output.shape) == 4, "an image must have four dimensions")
    channels = weights.shape[3]
    require(output.shape[3] == channels, "the output's depth is not the filter's")
    require(image.shape[3] > 0 and channels % image.shape[3] == 0, "the depth is not a multiple of the image's")
    filters = array(weights, np.int8 if weights.kind is INT8 else np.float32)
    sizes = (weights.shape[1], weights.shape[2])
    strides = (options.stride_height, options.stride_width)
    dilations = (options.dilation_height, options.dilation_width)
    if image.shape[3] == 1 and channels > 1:
        place = window(image, output, sizes, strides, dilations, options.padding)
        return convolution(op, place, filters.transpose(3, 1, 2, 0), options.activation)
    row_channels = -(-channels // 8) * 8
    place = window(image, output, sizes, strides, dilations, options.padding, row_channels=row_channels)
    taps = filters.reshape(-1, channels)
    if weights.kind is INT8:
        return _int8(op, place, taps, options.activation)
    return _float32(op, place, taps, options.activation)


def _int8(op: Op, place: Window, taps: NDArray[np.generic], activation: Activation) -> KernelCall:
    count, channels = taps.shape
    multipliers = channel_multipliers(op, channels)
    sums = sums_of(op, taps.astype(np.int64).T)
    bias, requantize = convolution_rounding(multipliers, sums, output_range(activation, op.output))
    full = np.zeros((-(-count // 2) * 2, place.row_channels), np.int8)
    full[:count, :channels] = taps
    pairs = full.reshape(-1, 2, place.row_channels // 8, 8).transpose(2, 0, 3, 1)
    return KernelCall(
        "depthwise_conv_2d.h",
        "rune_depthwise_conv_2d_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("int16_t", place.rows_size(2)),
            Scratch("const int16_t *", count * POINTER_SIZE if count > FEW_TAPS else 0),
            Constant("int8_t", pairs.tobytes()),
            bias,
            place.structure(),
            requantize,
            Number(scale_of(op.input(0))[1]),
            Number(channels // place.input_channels),
        ),
    )


def _float32(op: Op, place: Window, taps: NDArray[np.generic], activation: Activation) -> KernelCall:
    count, channels = taps.shape
    full = np.zeros((count, place.row_channels), np.float32)
    full[:, :channels] = taps
    bias = np.zeros(place.row_channels, np.float32)
    bias[:channels] = bias_of(op, channels)
    minimum, maximum = real_range(activation)
    return KernelCall(
        "depthwise_conv_2d.h",
        "rune_depthwise_conv_2d_float32",
        (
            Input(0, "float"),
            Output(0, "float"),
            Scratch("float", place.rows_size(4)),
            Constant("float", full.astype("<f4").tobytes()),
            Constant("float", bias.astype("<f4").tobytes()),
            place.structure(),
            Number(channels // place.input_channels),
            Number(minimum),
            Number(maximum),
        ),
    )


OPERATION = Operation(refusal, call)
