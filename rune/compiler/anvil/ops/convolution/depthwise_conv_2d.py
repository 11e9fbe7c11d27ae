"""DEPTHWISE_CONV_2D: each output channel reads one input channel. With a single input channel it is a CONV_2D."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Integers, Mask
from rune.compiler.anvil.computation import (
    Array,
    CarriesChannels,
    ClampsOutput,
    Computation,
    PaddingFrame,
    ReadsPadding,
)
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.convolution.conv_2d import (
    bias_of,
    channel_multipliers,
    channel_scales_of,
    convolution,
    image_op_refusal,
    require_bias_in_units,
    weights_zero_point,
)
from rune.compiler.anvil.ops.convolution.hybrid import HybridDepthwiseConv2D
from rune.compiler.anvil.ops.convolution.int16x8 import DepthwiseConv2DInt16
from rune.compiler.anvil.ops.convolution.wide_sums import WideRescaling, wide_bias
from rune.compiler.anvil.ops.convolution.window import Window, window
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, are_in_reach, multipliers_of, rescaled_twice
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT16, array
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, fused_range, scale_of
from rune.compiler.anvil.rows import ByRows, RowWork
from rune.model.tflite import DepthwiseConv2DOptions


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DInt8(Computation, CarriesChannels, ReadsPadding, ByRows):
    """`taps` are int8 [height * width, output channel], `bias` int32 and `multipliers` one an output channel.

    Taps are counted from `tap_zero_point`, which only models of uint8 have. Output channel c reads input channel
    c // (output channels / input channels). A padding counts as the input's zero point. Each sum is rounded twice
    (`fixed_point.rescale_twice`).
    """

    window: Window
    taps: NDArray[np.generic]
    bias: NDArray[np.generic]
    multipliers: tuple[Multiplier, ...]
    input_zero_point: int
    output: OutputRange
    tap_zero_point: int = 0

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = _under_taps(self.window, inputs[0], self.input_zero_point).astype(np.int64) - self.input_zero_point
        sums = (numbers * self.weights).sum(axis=1) + self.bias.astype(np.int64)
        return (self.output.of_values(rescaled_twice(sums, self.multipliers)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        image = inputs[0].widened(self.input_zero_point) if self.window.is_padded else inputs[0]
        numbers = image.counted_from(self.input_zero_point).repeated(_multiplier(self.window))
        bias = self.bias.astype(np.int64)
        ends = self.weights * numbers.least, self.weights * numbers.greatest
        sums = ChannelRange(bias + np.minimum(*ends).sum(axis=0), bias + np.maximum(*ends).sum(axis=0))
        if not are_in_reach(sums, self.multipliers):
            return None
        rescaled_ends = (rescaled_twice(end, self.multipliers) for end in (sums.least, sums.greatest))
        return ChannelRange(*(self.output.of_values(end).astype(np.int64) for end in rescaled_ends))

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == self.input_zero_point else None

    def row_work(self, _rows: int) -> RowWork | None:
        return self.window.row_work(lambda row: replace(self, window=row), self.input_zero_point)

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.taps.size

    @property
    def weights(self) -> Integers:
        """The multipliers of numbers: [tap, output channel]."""
        return self.taps.astype(np.int64) - self.tap_zero_point

    def carrying(self, keep: Mask) -> Computation | None:
        if _multiplier(self.window) != 1:
            return None
        count = int(keep.sum())
        return replace(
            self,
            window=self.window.with_channels(count, count),
            taps=self.taps[:, keep],
            bias=self.bias[keep],
            multipliers=tuple(each for each, is_live in zip(self.multipliers, keep, strict=True) if is_live),
        )


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DFloat32(Computation, ClampsOutput, ReadsPadding):
    """`taps` are float32 [height * width, output channel], `bias` one an output channel."""

    window: Window
    taps: NDArray[np.generic]
    bias: NDArray[np.generic]
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = _under_taps(self.window, inputs[0], 0).astype(np.float64)
        sums = (numbers * self.taps.astype(np.float64)).sum(axis=1) + self.bias.astype(np.float64)
        return (np.clip(sums, self.minimum, self.maximum).astype(np.float32),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.taps.size


def _multiplier(window: Window) -> int:
    """Output channels for each of the input's."""
    return window.output_channels // window.input_channels


def _under_taps(window: Window, image: Array, padding: int) -> Array:
    """Returns the input under each tap of each output channel: [position, tap, output channel]."""
    numbers = window.patches(image, padding).reshape(window.positions, -1, window.input_channels)
    return np.repeat(numbers, _multiplier(window), axis=2)


def _options(op: ModelOp) -> DepthwiseConv2DOptions:
    assert isinstance(op.operator.options, DepthwiseConv2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    return image_op_refusal(op, _options(op).activation, weights_axis=3)


def computation(op: ModelOp) -> Computation:
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
    place = window(image, output, sizes, strides, dilations, options.padding)
    if image.kind is FLOAT32 and weights.kind is INT8:
        return _hybrid(op, place, filters.reshape(-1, channels).astype(np.int8))
    if image.kind is INT16:
        rescaling = WideRescaling.of(channel_multipliers(op, channels), options.activation, output)
        numbers = filters.reshape(-1, channels).astype(np.int8)
        return DepthwiseConv2DInt16(place, numbers, wide_bias(op, channels), rescaling)
    if image.shape[3] == 1 and channels > 1:
        return convolution(op, place, filters.transpose(3, 1, 2, 0), options.activation)
    taps, bias = filters.reshape(-1, channels), bias_of(op, channels)
    if weights.kind is not INT8:
        return DepthwiseConv2DFloat32(place, taps, bias, *fused_range(options.activation))
    if op.is_unsigned:
        require_bias_in_units(op)
    multipliers = multipliers_of(channel_multipliers(op, channels))
    to = OutputRange.of(options.activation, output)
    return DepthwiseConv2DInt8(place, taps, bias, multipliers, scale_of(image)[1], to, weights_zero_point(weights))


def _hybrid(op: ModelOp, place: Window, taps: NDArray[np.int8]) -> HybridDepthwiseConv2D:
    channels = place.output_channels
    scales, bias = channel_scales_of(op.input(1), channels), bias_of(op, channels).astype(np.float32)
    return HybridDepthwiseConv2D(place, taps, scales, bias, *fused_range(_options(op).activation))


OPERATIONS = {"DEPTHWISE_CONV_2D": OpKind(refusal, computation)}
