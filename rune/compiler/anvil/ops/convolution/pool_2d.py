"""AVERAGE_POOL_2D, MAX_POOL_2D and, of float32, L2_POOL_2D. The scale passes through: input and output are quantised
alike. L2_POOL_2D is the root of the mean of squares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.convolution.window import Window, window
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT16, are, are_quantized, bounded, scale_refusal
from rune.compiler.anvil.requantisation.fixed_point import LARGEST_FLOAT32, activation_range, fused_range, scale_of
from rune.compiler.anvil.rows import ByRows, RowWork
from rune.model.tflite import Pool2DOptions

LOWEST = -128
"""The lowest number of int8."""

LARGEST_WINDOW = 1 << 15
"""Numbers of int16 whose sum stays within 32 bits."""


class Pooling(Enum):
    """The function of the elements under the filter. Padding does not count: an average is of real pixels."""

    AVERAGE = "average"
    L2 = "l2"
    MAX = "max"


@dataclass(frozen=True)
class Pool2D(Computation, CarriesChannels, ByRows):
    """Pooling of numbers of the element, then clamped. An average of integers is rounded to nearest, halves away from
    zero; or up, in models of uint8."""

    pooling: Pooling
    element: np.dtype[Any]
    window: Window
    minimum: int | float
    maximum: int | float
    rounds_up: bool = False

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        channels = self.window.input_channels
        kind = np.float64 if self.is_float else np.int64
        lowest = -LARGEST_FLOAT32 if self.is_float else np.iinfo(self.element).min
        padding = lowest if self.pooling is Pooling.MAX else 0
        image = inputs[0].astype(kind)
        image = np.square(image) if self.pooling is Pooling.L2 else image
        numbers = self.window.patches(image, padding).reshape(self.window.positions, -1, channels)
        if self.pooling is Pooling.MAX:
            results = np.fmax.reduce(numbers, axis=1, initial=lowest)  # a NaN is passed over
        else:
            counts = self.window.patches(np.ones(inputs[0].shape, kind), 0).reshape(numbers.shape).sum(axis=1)
            results = self._averages(numbers.sum(axis=1), counts)
            results = np.sqrt(results) if self.pooling is Pooling.L2 else results
        return (np.clip(results, self.minimum, self.maximum).astype(self.element),)

    @property
    def is_float(self) -> bool:
        return self.element.kind == "f"

    def _averages(self, sums: Array, counts: Array) -> Array:
        if self.is_float:
            return np.asarray(sums / counts)
        if self.rounds_up:
            return np.asarray((sums + counts // 2) // counts)
        return np.asarray(np.sign(sums) * ((np.abs(sums) + counts // 2) // counts))

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if self.is_float:
            return None
        return ChannelRange(
            *(np.clip(end, self.minimum, self.maximum) for end in (inputs[0].least, inputs[0].greatest))
        )

    def row_work(self, rows: int) -> RowWork | None:
        work = self.window.row_work(lambda row: replace(self, window=row), LOWEST)
        if work is None or self.element != ELEMENTS[INT8]:
            return None
        # An average counts real pixels alone, while a byte beside the image is like any other to a row.
        return work if self.pooling is Pooling.MAX or work.is_inside(rows) else None

    def carrying(self, keep: Mask) -> Computation:
        count = int(keep.sum())
        return replace(self, window=self.window.with_channels(count, count))


def _options(op: ModelOp) -> Pool2DOptions:
    assert isinstance(op.operator.options, Pool2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    image, output = op.input(0), op.output
    options = _options(op)
    if are_quantized(image, output):
        why = scale_refusal(image, output)
        if why is not None:
            return why
    elif not are(FLOAT32, image, output):
        return ""
    if not bounded(options.activation):
        return f"activation {options.activation.name}"
    is_large = options.filter_height * options.filter_width > LARGEST_WINDOW
    return f"a window of more than {LARGEST_WINDOW:,} pixels" if is_large and image.kind is INT16 else None


def _computation(op: ModelOp, pooling: Pooling) -> Pool2D:
    options, image, output = _options(op), op.input(0), op.output
    place = window(
        image,
        output,
        (options.filter_height, options.filter_width),
        (options.stride_height, options.stride_width),
        (1, 1),
        options.padding,
    )
    require(image.shape[3] == output.shape[3], "the output's depth is not the image's")
    if image.kind is FLOAT32:
        return Pool2D(pooling, ELEMENTS[FLOAT32], place, *fused_range(options.activation))
    require(scale_of(image) == scale_of(output), "the output's scale is not the image's")
    bounds = activation_range(options.activation, output)
    return Pool2D(pooling, ELEMENTS[output.kind], place, *bounds, op.is_unsigned)


def _average(op: ModelOp) -> Pool2D:
    return _computation(op, Pooling.AVERAGE)


def _max(op: ModelOp) -> Pool2D:
    return _computation(op, Pooling.MAX)


def _l2(op: ModelOp) -> Pool2D:
    return _computation(op, Pooling.L2)


def _l2_refusal(op: ModelOp) -> str | None:
    return refusal(op) if are(FLOAT32, op.input(0), op.output) else ""


OPERATIONS = {
    "AVERAGE_POOL_2D": OpKind(refusal, _average),
    "L2_POOL_2D": OpKind(_l2_refusal, _l2),
    "MAX_POOL_2D": OpKind(refusal, _max),
}
