"""TRANSPOSE_CONV: each pixel of the image lays a filter, times its numbers, on the output, `stride` pixels apart.

The output of a place is the sum of what lies there, plus bias; sums of int8 are rounded twice, those of int16 have 64
bits. Floats are added in the order of the image's pixels. With weights of int8 each image of floats is brought to bytes
as a convolution's (`hybrid`), but every product of two bytes becomes a float, times both scales, before it is added.
Source: TFLite's kernel `transpose_conv.cc` and its reference kernels `reference_integer_ops::TransposeConv` and
`reference_ops::TransposeConv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, ClampsOutput, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.convolution.conv_2d import (
    bias_of,
    channel_multipliers,
    channel_scales_of,
    image_op_refusal,
    require_bias_in_units,
    weights_zero_point,
)
from rune.compiler.anvil.ops.convolution.hybrid import asymmetric
from rune.compiler.anvil.ops.convolution.wide_sums import SumRescaling, sum_rescaling, wide_bias
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.ops.numbers.rescaling import (
    OutputRange,
    are_in_reach,
    multipliers_of,
    rescaled_twice,
    sum_range,
)
from rune.compiler.anvil.ops.reshaping.rearrangement import integers
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT16, array
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, fused_range, scale_of
from rune.model.tflite import Padding, TransposeConvOptions


@dataclass(frozen=True, eq=False)
class TransposeConvInt8(Computation):
    """`filters` are int8 [output channel, height, width, input channel], `bias` int32 and `multipliers` one a channel.
    `window` is as a convolution's that goes from the output to the input. Weights are counted from
    `filter_zero_point`, which only models of uint8 have."""

    window: Window
    filters: NDArray[np.generic]
    bias: NDArray[np.generic]
    multipliers: tuple[Multiplier, ...]
    input_zero_point: int
    output: OutputRange
    filter_zero_point: int = 0

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        weights = self.filters.astype(np.float64) - self.filter_zero_point
        sums = _sums(self.window, inputs[0].astype(np.float64) - self.input_zero_point, weights) + self.bias
        return (self.output.of_values(rescaled_twice(sums.astype(np.int64), self.multipliers)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if len(inputs[0].least) != self.window.input_channels:
            return None
        # A pixel of the output has some of the filter's products; those that it lacks count as zero.
        image = inputs[0].widened(self.input_zero_point)
        numbers = image.counted_from(self.input_zero_point).tiled(self.filters[0, ..., 0].size)
        weights = self.filters.reshape(len(self.filters), -1).astype(np.int64) - self.filter_zero_point
        sums = sum_range(weights, self.bias, numbers)
        if not are_in_reach(sums, self.multipliers):
            return None
        ends = (rescaled_twice(end, self.multipliers) for end in (sums.least, sums.greatest))
        return ChannelRange(*(self.output.of_values(end).astype(np.int64) for end in ends))

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.window, self.filters)


@dataclass(frozen=True, eq=False)
class TransposeConvInt16(Computation):
    """The same of int16, with `bias` int64 and weights that are counted from 0."""

    window: Window
    filters: NDArray[np.int8]
    bias: NDArray[np.int64]
    output: SumRescaling

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        sums = _sums(self.window, inputs[0].astype(np.float64), self.filters.astype(np.float64))
        return (self.output.of_sums(sums.astype(np.int64) + self.bias),)

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.window, self.filters)


@dataclass(frozen=True, eq=False)
class TransposeConvFloat32(Computation, ClampsOutput):
    """`filters` are float32 [output channel, height, width, input channel], `bias` one a channel."""

    window: Window
    filters: NDArray[np.generic]
    bias: NDArray[np.generic]
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        sums = _sums(self.window, inputs[0].astype(np.float64), self.filters.astype(np.float64)) + self.bias
        return (np.clip(sums, self.minimum, self.maximum).astype(np.float32),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.window, self.filters)


@dataclass(frozen=True, eq=False)
class HybridTransposeConv(Computation, ClampsOutput):
    """`filters` are int8 [output channel, height, width, input channel]; `scales` and `bias` float32, one a channel."""

    window: Window
    filters: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        window = self.window
        quantized_images = [asymmetric(image) for image in inputs[0].reshape(window.batches, -1).astype(np.float32)]
        scale = np.array([scale for _, scale, _ in quantized_images], np.float32).reshape(-1, 1, 1, 1)
        images = np.stack([stored_image - zero_point for stored_image, _, zero_point in quantized_images]).reshape(
            window.input_shape
        )

        def addends(row: int, column: int) -> Iterator[Array]:
            for channel in range(window.input_channels):
                products = images[..., channel, None] * self.filters[:, row, column, channel].astype(np.int64)
                yield products.astype(np.float32) * self.scales * scale

        results = _on_canvas(window, addends, np.float32) + self.bias
        return (np.clip(results, np.float32(self.minimum), np.float32(self.maximum)),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    @property
    def multiply_accumulates(self) -> int:
        return _multiply_accumulates(self.window, self.filters)


def _multiply_accumulates(window: Window, filters: Array) -> int:
    return window.batches * window.input_height * window.input_width * filters.size


def _sums(window: Window, numbers: Array, filters: Array) -> Array:
    """[position, output channel]."""
    image = numbers.reshape(window.input_shape)
    return _on_canvas(window, lambda row, column: [image @ filters[:, row, column].T], np.float64)


def _on_canvas(
    window: Window, addends: Callable[[int, int], Iterable[Array]], element: type[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """[position, output channel]. All filters are laid on a canvas; `addends` returns the arrays that the filters'
    place [row, column] adds, for all pixels at once. The output is a part of the canvas. The last row and column come
    first, for they are of the first pixels that a place of the output sees."""
    height, width = (
        max((size - 1) * stride + filter_size, before + output)
        for size, stride, filter_size, before, output in (
            (window.input_height, window.stride_y, window.filter_height, window.pad_top, window.output_height),
            (window.input_width, window.stride_x, window.filter_width, window.pad_left, window.output_width),
        )
    )
    canvas = np.zeros((window.batches, height, width, window.output_channels), element)
    down, across = (window.input_height - 1) * window.stride_y + 1, (window.input_width - 1) * window.stride_x + 1
    for row in reversed(range(window.filter_height)):
        for column in reversed(range(window.filter_width)):
            places = canvas[:, row : row + down : window.stride_y, column : column + across : window.stride_x]
            for each in addends(row, column):
                places += each
    rows = slice(window.pad_top, window.pad_top + window.output_height)
    columns = slice(window.pad_left, window.pad_left + window.output_width)
    return canvas[:, rows, columns].reshape(-1, window.output_channels)


def _options(op: ModelOp) -> TransposeConvOptions:
    assert isinstance(op.operator.options, TransposeConvOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def _as_convolution(op: ModelOp) -> ModelOp:
    """The op with its inputs in the order of a convolution's: image, filter, bias."""
    return replace(op, inputs=(op.input(2), op.input(1), op.optional_input(3)))


def refusal(op: ModelOp) -> str | None:
    if op.input(0).data is None:
        return "an output whose size is not constant"
    return image_op_refusal(_as_convolution(op), _options(op).activation, weights_axis=0)


def computation(op: ModelOp) -> Computation:
    output_shape, op = integers(op.input(0)), _as_convolution(op)
    options, image, weights, output = _options(op), op.input(0), op.input(1), op.output
    shapes = (image.shape, weights.shape, output.shape)
    require(all(len(shape) == 4 for shape in shapes), "image, filter and output must have four dimensions")
    require(output_shape == list(output.shape), f"the output is {list(output.shape)}, not {output_shape}")
    require(output.shape[3] == weights.shape[0], "the output's depth is not the number of filters")
    require(image.shape[3] == weights.shape[3], "the image's depth is not the filter's")
    require(image.shape[0] == output.shape[0], "the output has another number of images")
    place = _window(image.shape, weights.shape, output.shape, options)
    if image.kind is INT16:
        reals = channel_multipliers(op, weights.shape[0])
        rescaling = sum_rescaling(op, options.has_short_bias, reals, options.activation)
        numbers = array(weights, np.int8).astype(np.int8)
        return TransposeConvInt16(place, numbers, wide_bias(op, weights.shape[0]), rescaling)
    bias = bias_of(op, weights.shape[0])
    if image.kind is FLOAT32 and weights.kind is INT8:
        scales, numbers = channel_scales_of(weights, weights.shape[0]), array(weights, np.int8).astype(np.int8)
        bounds = fused_range(options.activation)
        return HybridTransposeConv(place, numbers, scales, bias.astype(np.float32), *bounds)
    if weights.kind is FLOAT32:
        return TransposeConvFloat32(place, array(weights, np.float32), bias, *fused_range(options.activation))
    if op.is_unsigned:
        require_bias_in_units(op)
    multipliers = multipliers_of(channel_multipliers(op, weights.shape[0]))
    to = OutputRange.of(options.activation, output)
    filters = array(weights, np.int8)
    assert weights.kind is INT8  # noqa: S101 - `image_op_refusal` was asked before
    return TransposeConvInt8(place, filters, bias, multipliers, scale_of(image)[1], to, weights_zero_point(weights))


def _window(
    image: tuple[int, ...], filters: tuple[int, ...], output: tuple[int, ...], options: TransposeConvOptions
) -> Window:
    """Raises `Contradiction` where the image is not what a convolution makes of the output."""
    strides = (options.stride_height, options.stride_width)
    before = []
    for size, stride, extent, count in zip(output[1:3], strides, filters[1:3], image[1:3], strict=True):
        is_same = options.padding is Padding.SAME
        expected = -(-size // stride) if is_same else -(-(size - extent + 1) // stride)
        require(count == expected, f"{size} pixels of the output come of {expected}, not of {count}")
        before.append(max(0, (expected - 1) * stride + extent - size) // 2)
    return Window(
        batches=image[0],
        input_height=image[1],
        input_width=image[2],
        input_channels=image[3],
        output_height=output[1],
        output_width=output[2],
        output_channels=output[3],
        filter_height=filters[1],
        filter_width=filters[2],
        stride_y=strides[0],
        stride_x=strides[1],
        dilation_y=1,
        dilation_x=1,
        pad_top=before[0],
        pad_left=before[1],
    )


OPERATIONS = {"TRANSPOSE_CONV": OpKind(refusal, computation, operands=slice(2, 3))}
