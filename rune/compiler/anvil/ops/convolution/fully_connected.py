"""FULLY_CONNECTED: every output reads every input. Integer sums are multiplied in double precision, as in the
reference; those of int16 have 64 bits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Integers, Mask
from rune.compiler.anvil.computation import Array, ClampsOutput, Computation, MakesChannels, ReadsChannels
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.convolution.conv_2d import (
    Conv2DInt8,
    bias_of,
    hybrid,
    require_bias_in_units,
    weights_zero_point,
)
from rune.compiler.anvil.ops.convolution.int16x8 import Conv2DInt16
from rune.compiler.anvil.ops.convolution.wide_sums import are_wide, sum_rescaling, wide_bias, wide_refusal
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.ops.numbers.rescaling import (
    FARTHEST,
    OutputRange,
    folded,
    multipliers_of,
    sum_bounds,
    sum_range,
)
from rune.compiler.anvil.ops.types import (
    BEYOND_32_BITS,
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
from rune.compiler.anvil.requantisation.fixed_point import fused_range, nearest_products, scale_of
from rune.model.profile import TFLM
from rune.model.tflite import FullyConnectedOptions


@dataclass(frozen=True, eq=False)
class FullyConnectedInt8(Computation, MakesChannels, ReadsChannels):
    """`rows` are int8 weights [output, input], `bias` int32 and `scales` of double precision one an output. Each sum
    becomes the nearest number to its product with the scale (`fixed_point.nearest_products`). Weights are counted from
    `row_zero_point`, which only models of uint8 have."""

    batches: int
    rows: NDArray[np.generic]
    bias: NDArray[np.generic]
    scales: tuple[float, ...]
    input_zero_point: int
    output: OutputRange
    row_zero_point: int = 0

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.batches, -1).astype(np.float64) - self.input_zero_point
        sums = numbers @ self.weights.T.astype(np.float64) + self.bias.astype(np.float64)
        return (self.output.of_values(nearest_products(sums.astype(np.int64).astype(np.int32), self.scales)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        numbers = inputs[0].counted_from(self.input_zero_point)
        whole, rest = divmod(self.rows.shape[1], len(numbers.least))
        if rest:
            return None
        sums = sum_range(self.weights, self.bias, numbers.tiled(whole))
        if max(-int(sums.least.min()), int(sums.greatest.max())) >= 2**31:  # they may wrap
            return None
        ends = (nearest_products(end, self.scales) for end in (sums.least, sums.greatest))
        return ChannelRange(*(self.output.of_values(end).astype(np.int64) for end in ends))

    @property
    def multiply_accumulates(self) -> int:
        return self.batches * self.rows.size

    @property
    def weights(self) -> Integers:
        """The multipliers of numbers: [output, input]."""
        return self.rows.astype(np.int64) - self.row_zero_point

    def making(self, keep: Mask) -> Computation:
        scales = tuple(each for each, is_live in zip(self.scales, keep, strict=True) if is_live)
        return replace(self, rows=self.rows[keep], bias=self.bias[keep], scales=scales)

    def foldable(self, values: Integers) -> Mask:
        return np.full(len(values), self.rows.shape[1] % len(values) == 0)

    def reading(self, keep: Mask, values: Integers) -> Computation | None:
        times = self.rows.shape[1] // len(keep)
        keep, values = np.tile(keep, times), np.tile(values, times)
        weights = self.weights[:, ~keep]
        bias = folded(self.bias, weights, values[~keep] - self.input_zero_point)
        return None if bias is None else replace(self, rows=self.rows[:, keep], bias=bias)


@dataclass(frozen=True, eq=False)
class FullyConnectedFloat32(Computation, ClampsOutput):
    """`weights` are float32 [output, input], `bias` one an output."""

    batches: int
    weights: NDArray[np.generic]
    bias: NDArray[np.generic]
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.batches, -1).astype(np.float64)
        sums = numbers @ self.weights.T.astype(np.float64) + self.bias.astype(np.float64)
        return (np.clip(sums, self.minimum, self.maximum).astype(np.float32),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    @property
    def multiply_accumulates(self) -> int:
        return self.batches * self.weights.size


def _options(op: ModelOp) -> FullyConnectedOptions:
    assert isinstance(op.operator.options, FullyConnectedOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    options = _options(op)
    input_, weights, bias = op.input(0), op.input(1), op.optional_input(2)
    if are(INT8, input_, weights, op.output):
        if not one_scale(input_, op.output):
            return WITHOUT_SCALE
        if not channel_scales(weights, 0) and not (op.is_unsigned and one_scale(weights)):
            return "weights with a zero point or scales of another dimension"
        if bias is not None and not are(INT32, bias):
            return f"a bias of {bias.kind.name.lower()}"
    elif are_wide(input_, weights, op.output):
        why = wide_refusal(op, 0, options.has_short_bias, _scales)
        if why is not None:
            return why
    elif are_hybrid(input_, weights, bias, op.output):
        if not channel_scales(weights, 0):
            return "weights with a zero point or scales of another dimension"
    elif not are(FLOAT32, input_, weights, op.output) or (bias is not None and not are(FLOAT32, bias)):
        return ""
    if options.shuffled_weights:
        return "shuffled weights"
    if weights.data is None or (bias is not None and bias.data is None):
        return "weights that are not constant"
    if not bounded(options.activation):
        return f"activation {options.activation.name}"
    if input_.kind is INT8 and _leaves_32_bits(op):
        return BEYOND_32_BITS
    return None


def _leaves_32_bits(op: ModelOp) -> bool:
    """Returns whether a product with a scale can leave 32 bits, where the reference's conversion is not defined."""
    weights = op.input(1)
    if len(weights.shape) != 2:
        return False
    values = array(weights, np.int8).astype(np.int64) - weights_zero_point(weights)
    bounds = sum_bounds(values, bias_of(op, len(values)), scale_of(op.input(0))[1])
    reach = np.minimum(np.maximum(np.abs(bounds.least), np.abs(bounds.greatest)), 2**31)
    return bool((reach * np.array(_scales(op, len(values))) >= FARTHEST).any())


def computation(op: ModelOp) -> Computation:
    options, input_, weights, output = _options(op), op.input(0), op.input(1), op.output
    require(len(weights.shape) == 2, "the weights must have two dimensions")
    outputs, inputs = weights.shape
    require(inputs > 0 and outputs > 0 and input_.count % inputs == 0, "the input is not a multiple of the weights")
    batches = input_.count // inputs
    require(output.count == batches * outputs, f"the output has {output.count} values, not {batches * outputs}")
    if input_.kind is not FLOAT32 and one_scale(weights):
        require_bias_in_units(op)
    if input_.kind is INT16:
        rescaling = sum_rescaling(op, options.has_short_bias, _scales(op, outputs), options.activation)
        pixels = array(weights, np.int8).reshape(outputs, 1, 1, inputs).astype(np.int8)
        return Conv2DInt16(Window.of_one_pixel(batches, inputs, outputs), pixels, wide_bias(op, outputs), rescaling)
    bias = bias_of(op, outputs)
    if weights.kind is FLOAT32:
        return FullyConnectedFloat32(batches, array(weights, np.float32), bias, *fused_range(options.activation))
    if input_.kind is FLOAT32:
        place = Window.of_one_pixel(batches, inputs, outputs)
        filters = array(weights, np.int8).reshape(outputs, 1, 1, inputs)
        is_symmetric = not options.asymmetric_quantize_inputs
        return hybrid(op, place, filters, options.activation, is_symmetric=is_symmetric, joins_scales=True)
    if op.profile is TFLM:
        return _rounded_twice(op, batches)
    to = OutputRange.of(options.activation, output)
    zero_points = scale_of(input_)[1], weights_zero_point(weights)
    rows = array(weights, np.int8)
    return FullyConnectedInt8(batches, rows, bias, _scales(op, outputs), zero_points[0], to, zero_points[1])


def _rounded_twice(op: ModelOp, batches: int) -> Conv2DInt8:
    """Returns the computation of TFLite Micro: a convolution of images of one pixel."""
    outputs, inputs = op.input(1).shape
    place = Window.of_one_pixel(batches, inputs, outputs)
    multipliers = multipliers_of(_scales(op, outputs))
    filters = array(op.input(1), np.int8).reshape(outputs, 1, 1, inputs)
    to = OutputRange.of(_options(op).activation, op.output)
    zero_points = scale_of(op.input(0))[1], weights_zero_point(op.input(1))
    return Conv2DInt8(place, filters, bias_of(op, outputs), multipliers, zero_points[0], to, zero_points[1])


def _scales(op: ModelOp, outputs: int) -> tuple[float, ...]:
    """Input scale times weight scale over output scale, in double precision."""
    (source, _), (result, _), quantization = scale_of(op.input(0)), scale_of(op.output), op.input(1).quantization
    assert quantization is not None  # noqa: S101 - `channel_scales` was asked before
    scales = quantization.scales if len(quantization.scales) > 1 else quantization.scales * outputs
    return tuple(source * scale / result for scale in scales)


OPERATIONS = {"FULLY_CONNECTED": OpKind(refusal, computation)}
