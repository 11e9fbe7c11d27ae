"""CONV_2D: every output is a sum over a window of all channels of the image. The sums of int8 are rounded twice; those
of int16 have 64 bits (`int16x8`).

A DEPTHWISE_CONV_2D of an image with a single channel is the same computation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Integers, Mask
from rune.compiler.anvil.computation import (
    Array,
    ClampsOutput,
    Computation,
    MakesChannels,
    PaddingFrame,
    ReadsChannels,
    ReadsPadding,
)
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.convolution.hybrid import HybridConv2D
from rune.compiler.anvil.ops.convolution.int16x8 import Conv2DInt16
from rune.compiler.anvil.ops.convolution.wide_sums import are_wide, sum_rescaling, wide_bias, wide_refusal
from rune.compiler.anvil.ops.convolution.window import FILTER_ROWS, Window, window
from rune.compiler.anvil.ops.numbers.rescaling import (
    OutputRange,
    are_in_reach,
    folded,
    multipliers_of,
    rescaled_twice,
    sum_range,
)
from rune.compiler.anvil.ops.types import (
    FLOAT32,
    INT8,
    INT16,
    INT32,
    WITHOUT_SCALE,
    are,
    are_hybrid,
    array,
    bounded,
    channel_scales,
    one_scale,
)
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, fused_range, real_range, scale_of
from rune.compiler.anvil.rows import ByRows, RowWork
from rune.model.tflite import Activation, Conv2DOptions, Tensor, TransposeConvOptions

LARGEST_GROUPED = 1 << 24
"""Weights of a convolution in groups, once the zeros between the groups are filled in."""


@dataclass(frozen=True, eq=False)
class Conv2DInt8(Computation, MakesChannels, ReadsChannels, ReadsPadding, ByRows):
    """`filters` are int8 [output channel, height, width, input channel], `bias` int32 and `multipliers` one a channel.

    Weights are counted from `filter_zero_point`, which only models of uint8 have. A padding counts as the input's zero
    point. Each sum is rounded twice (`fixed_point.rescale_twice`).
    """

    window: Window
    filters: NDArray[np.generic]
    bias: NDArray[np.generic]
    multipliers: tuple[Multiplier, ...]
    input_zero_point: int
    output: OutputRange
    filter_zero_point: int = 0

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = self.window.patches(inputs[0], self.input_zero_point).astype(np.float64) - self.input_zero_point
        # Sums of int8 products are exact in f64, whose products of matrices are fast.
        sums = numbers.reshape(self.window.positions, -1) @ self.weights.T.astype(np.float64)
        values = rescaled_twice((sums + self.bias.astype(np.float64)).astype(np.int64), self.multipliers)
        return (self.output.of_values(values),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if len(inputs[0].least) != self.window.input_channels:
            return None
        image = inputs[0].widened(self.input_zero_point) if self.window.is_padded else inputs[0]
        numbers = image.counted_from(self.input_zero_point).tiled(self.filters[0, ..., 0].size)
        sums = sum_range(self.weights, self.bias, numbers)
        if not are_in_reach(sums, self.multipliers):
            return None
        ends = (rescaled_twice(end, self.multipliers) for end in (sums.least, sums.greatest))
        return ChannelRange(*(self.output.of_values(end).astype(np.int64) for end in ends))

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == self.input_zero_point else None

    def row_work(self, _rows: int) -> RowWork | None:
        return self.window.row_work(lambda row: replace(self, window=row), self.input_zero_point)

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.filters.size

    @property
    def weights(self) -> Integers:
        """The multipliers of numbers: [output channel, number under the filter]."""
        return self.filters.reshape(len(self.filters), -1).astype(np.int64) - self.filter_zero_point

    def making(self, keep: Mask) -> Computation:
        return replace(
            self,
            window=self.window.with_channels(self.window.input_channels, int(keep.sum())),
            filters=self.filters[keep],
            bias=self.bias[keep],
            multipliers=tuple(each for each, is_live in zip(self.multipliers, keep, strict=True) if is_live),
        )

    def foldable(self, values: Integers) -> Mask:
        if len(values) != self.window.input_channels:
            return np.zeros(len(values), np.bool_)
        # A padding counts as the zero point: beside the image a constant channel holds that.
        return np.equal(values, self.input_zero_point) | (not self.window.is_padded)

    def reading(self, keep: Mask, values: Integers) -> Computation | None:
        weights = self.weights.reshape(self.filters.shape).sum(axis=(1, 2))
        bias = folded(self.bias, weights[:, ~keep], values[~keep] - self.input_zero_point)
        window = self.window.with_channels(int(keep.sum()), self.window.output_channels)
        return None if bias is None else replace(self, window=window, filters=self.filters[..., keep], bias=bias)


@dataclass(frozen=True, eq=False)
class Conv2DFloat32(Computation, ClampsOutput, ReadsPadding):
    """`filters` are float32 [output channel, height, width, input channel], `bias` one a channel."""

    window: Window
    filters: NDArray[np.generic]
    bias: NDArray[np.generic]
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = self.window.patches(inputs[0], 0).astype(np.float64)
        weights = self.filters.reshape(len(self.filters), -1).astype(np.float64)
        sums = numbers.reshape(self.window.positions, -1) @ weights.T + self.bias.astype(np.float64)
        return (np.clip(sums, self.minimum, self.maximum).astype(np.float32),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.filters.size


def _options(op: ModelOp) -> Conv2DOptions:
    assert isinstance(op.operator.options, Conv2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    return image_op_refusal(op, _options(op).activation, weights_axis=0)


def image_op_refusal(op: ModelOp, activation: Activation, weights_axis: int) -> str | None:
    """Returns why a convolution of images has no kernel; the same for CONV_2D and DEPTHWISE_CONV_2D."""
    image, weights, bias = op.input(0), op.input(1), op.optional_input(2)
    if are(INT8, image, weights, op.output):
        if not one_scale(image, op.output):
            return WITHOUT_SCALE
        if not channel_scales(weights, weights_axis) and not (op.is_unsigned and one_scale(weights)):
            return "weights with a zero point or scales of another dimension"
        if bias is not None and not are(INT32, bias):
            return f"a bias of {bias.kind.name.lower()}"
    elif are_wide(image, weights, op.output):
        why = wide_refusal(op, weights_axis, has_short_bias(op), channel_multipliers)
        if why is not None:
            return why
    elif are_hybrid(image, weights, bias, op.output):
        in_groups = op.operator.op != "DEPTHWISE_CONV_2D" and weights.shape[-1] != image.shape[-1]
        if not channel_scales(weights, weights_axis) or in_groups:
            return "weights with a zero point, scales of another dimension or groups"
    elif not are(FLOAT32, image, weights, op.output) or (bias is not None and not are(FLOAT32, bias)):
        return ""
    if weights.data is None or (bias is not None and bias.data is None):
        return "weights that are not constant"
    if not bounded(activation):
        return f"activation {activation.name}"
    if len(weights.shape) == 4 and weights.shape[1] > FILTER_ROWS:
        return f"a filter of more than {FILTER_ROWS} rows"
    return None


def computation(op: ModelOp) -> Computation:
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
    if image.kind is FLOAT32 and weights.kind is INT8:
        # The reference has one kernel for weights with one scale, and one for those whose channels have others.
        is_whole = len(np.unique(channel_scales_of(weights, len(filters)))) == 1
        return hybrid(op, place, filters, options.activation, is_symmetric=is_whole, joins_scales=is_whole)
    zero = filters.dtype.type(weights_zero_point(weights))
    full = _over_all_groups(filters, image.shape[3], zero)
    if image.kind is INT16:
        return wide_convolution(op, place, full, options.activation)
    return convolution(op, place, full, options.activation)


def _over_all_groups(filters: NDArray[np.generic], depth: int, zero: np.generic) -> NDArray[np.generic]:
    """Filters that see a group of the image's channels, as filters that see them all: zero for the other groups.
    Raises `Contradiction` where the groups do not come out even."""
    channels, height, width, group_depth = filters.shape
    if group_depth == depth:
        return filters
    groups = depth // max(group_depth, 1)
    require(groups * group_depth == depth and channels % groups == 0, "the filter's depth is not the image's")
    require(filters.size * groups <= LARGEST_GROUPED, "its groups are too many for its size")
    full = np.full((channels, height, width, depth), zero)
    for group in range(groups):
        members = slice(group * (channels // groups), (group + 1) * (channels // groups))
        full[members, ..., group * group_depth : (group + 1) * group_depth] = filters[members]
    return full


def convolution(
    op: ModelOp, place: Window, filters: NDArray[np.generic], activation: Activation
) -> Conv2DInt8 | Conv2DFloat32:
    """Applies filters [output channel, height, width, input channel]."""
    bias = bias_of(op, len(filters))
    if filters.dtype == np.float32:
        return Conv2DFloat32(place, filters, bias, *fused_range(activation))
    if op.is_unsigned:
        require_bias_in_units(op)
    multipliers = multipliers_of(channel_multipliers(op, len(filters)))
    zero_points = scale_of(op.input(0))[1], weights_zero_point(op.input(1))
    to = OutputRange.of(activation, op.output)
    return Conv2DInt8(place, filters, bias, multipliers, zero_points[0], to, zero_points[1])


def wide_convolution(op: ModelOp, place: Window, filters: NDArray[np.generic], activation: Activation) -> Conv2DInt16:
    """Applies int8 filters [output channel, height, width, input channel] to int16."""
    rescaling = sum_rescaling(op, has_short_bias(op), channel_multipliers(op, len(filters)), activation)
    return Conv2DInt16(place, filters.astype(np.int8), wide_bias(op, len(filters)), rescaling)


def hybrid(
    op: ModelOp,
    place: Window,
    filters: NDArray[np.generic],
    activation: Activation,
    *,
    is_symmetric: bool,
    joins_scales: bool,
) -> HybridConv2D:
    """Applies int8 filters [output channel, height, width, input channel] to floats. A FULLY_CONNECTED, which
    `joins_scales`, leaves infinity as it is."""
    scales, bias = channel_scales_of(op.input(1), len(filters)), bias_of(op, len(filters)).astype(np.float32)
    weights = filters.astype(np.int8)
    bounds = real_range(activation) if joins_scales else fused_range(activation)
    return HybridConv2D(place, weights, scales, bias, is_symmetric, joins_scales, *bounds)


def has_short_bias(op: ModelOp) -> bool:
    """Returns whether the op says that its bias beside int16 has 32 bits; a depthwise convolution cannot."""
    options = op.operator.options
    return isinstance(options, Conv2DOptions | TransposeConvOptions) and options.has_short_bias


def channel_scales_of(weights: Tensor, channels: int) -> NDArray[np.float32]:
    """A scale for each channel of quantised weights."""
    assert weights.quantization is not None  # noqa: S101 - `are_hybrid` was asked before
    return np.broadcast_to(np.array(weights.quantization.scales, np.float32), channels)


def weights_zero_point(weights: Tensor) -> int:
    """Returns the zero point of weights; 0 for those of floats, and where each channel has a scale."""
    return weights.zero_point or 0


def channel_multipliers(op: ModelOp, channels: int) -> Sequence[float]:
    """Input scale times weight scale over output scale, in double precision, one a channel.

    Where uint8 has no bias, the reference takes the product in single precision.
    """
    if op.is_unsigned and op.optional_input(2) is None:
        return [multiplier_without_bias(op)] * channels
    quantization = op.input(1).quantization
    assert quantization is not None  # noqa: S101 - `channel_scales` was asked before
    scales = quantization.scales if len(quantization.scales) > 1 else quantization.scales * channels
    return [scale_of(op.input(0))[0] * scale / scale_of(op.output)[0] for scale in scales]


def multiplier_without_bias(op: ModelOp) -> float:
    """Returns the product of scales in single precision over the output's, for weights with one scale."""
    product = np.float32(scale_of(op.input(0))[0]) * np.float32(scale_of(op.input(1))[0])
    return float(product) / scale_of(op.output)[0]


BIAS_UNITS = 0.02
"""How far, in units of the output, a bias's scale may be from that of the sums."""


def require_bias_in_units(op: ModelOp) -> None:
    """Raises `Contradiction` for a bias that counts in other units than the sums, where the weights have one scale, as
    all of uint8 have: the reference refuses it. Source: TFLite's `GetQuantizedConvolutionMultipler`."""
    bias = op.optional_input(2)
    if bias is None:
        return
    product = scale_of(op.input(0))[0] * scale_of(op.input(1))[0]
    off = abs(product - (bias.scale or 0.0)) / scale_of(op.output)[0]
    require(off <= BIAS_UNITS, "its bias is not in units of the input's scale times the weights'")


def bias_of(op: ModelOp, channels: int) -> NDArray[np.generic]:
    """The bias of an op, or zeros. Raises `Contradiction` for a bias of another length."""
    bias = op.optional_input(2)
    if bias is None:
        return np.zeros(channels, np.int32)
    require(bias.count == channels, f"the bias has {bias.count} values for {channels} channels")
    return array(bias, np.float32 if bias.kind is FLOAT32 else np.int32).reshape(-1)


OPERATIONS = {"CONV_2D": OpKind(refusal, computation)}
