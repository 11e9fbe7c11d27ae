"""DEPTHWISE_CONV_2D: each output channel reads one input channel. With a single input channel it is a CONV_2D."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.anvil.fixed_point import Multiplier, real_range, scale_of
from rune.anvil.operation import Computation, Op, Operation, require
from rune.anvil.ops.conv_2d import bias_of, channel_multipliers, convolution, image_op_refusal
from rune.anvil.ops.rescaling import OutputRange, multipliers_of
from rune.anvil.ops.types import INT8, array
from rune.anvil.ops.window import Window, window
from rune.tflite import DepthwiseConv2DOptions


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DInt8(Computation):
    """`taps` are int8 [height * width, output channel], `bias` int32 and `multipliers` one an output channel.

    Output channel c reads input channel c // (output channels / input channels). A padding counts as the input's zero
    point. Each sum is rounded twice (`fixed_point.rescale_twice`).
    """

    window: Window
    taps: NDArray[np.generic]
    bias: NDArray[np.generic]
    multipliers: tuple[Multiplier, ...]
    input_zero_point: int
    output: OutputRange


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DFloat32(Computation):
    """`taps` are float32 [height * width, output channel], `bias` one an output channel."""

    window: Window
    taps: NDArray[np.generic]
    bias: NDArray[np.generic]
    minimum: float
    maximum: float


def _options(op: Op) -> DepthwiseConv2DOptions:
    assert isinstance(op.operator.options, DepthwiseConv2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: Op) -> str | None:
    return image_op_refusal(op, _options(op).activation, weights_axis=3)


def computation(op: Op) -> Computation:
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
    place = window(image, output, sizes, strides, dilations, options.padding)
    taps, bias = filters.reshape(-1, channels), bias_of(op, channels)
    if weights.kind is not INT8:
        return DepthwiseConv2DFloat32(place, taps, bias, *real_range(options.activation))
    multipliers = multipliers_of(channel_multipliers(op, channels))
    to = OutputRange.of(options.activation, output)
    return DepthwiseConv2DInt8(place, taps, bias, multipliers, scale_of(image)[1], to)


OPERATIONS = {"DEPTHWISE_CONV_2D": Operation(refusal, computation)}
