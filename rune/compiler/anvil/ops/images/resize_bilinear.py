"""RESIZE_BILINEAR: each pixel of the output lies between four of the input, which are weighted by how near they are.

Of int8 and int16, places and weights have 10 binary digits behind the point, and the sum of the weighted pixels,
with 20, is rounded to nearest, halves away from zero; input and output have one scale. Of float32 a place is a
quotient of single precision, and of uint8 all is computed so. Source: TFLite's reference kernels
`reference_ops::ResizeBilinearInteger` and `ResizeBilinear`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import FLOAT32, are, are_quantized, scale_refusal
from rune.compiler.anvil.requantisation.fixed_point import scale_of
from rune.compiler.anvil.signed_bytes import HIGHEST_BIT
from rune.model.tflite import ResizeOptions

LARGEST_SIDE = 1 << 16
"""Rows, columns or channels; so that the places take little memory."""

ONE = 1 << 10
"""1 in the places and weights of integers."""


@dataclass(frozen=True, eq=False)
class Places:
    """The two rows or columns of the input that each of the output lies between, and the weight of the second: of
    integers a part of `ONE`, of float32 a part of 1. The first has the rest."""

    lower: NDArray[np.int32]
    upper: NDArray[np.int32]
    weight: Array


@dataclass(frozen=True, eq=False)
class ResizeBilinear(Computation, CarriesChannels):
    """The resized form of `batches` images [input height, input width, channels] of numbers of the element."""

    element: np.dtype[Any]
    batches: int
    input_height: int
    input_width: int
    channels: int
    rows: Places
    columns: Places

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        kind = np.float64 if self.is_float else np.int64
        image = inputs[0].reshape(self.batches, self.input_height, self.input_width, self.channels).astype(kind)
        one = 1 if self.is_float else ONE
        rows, columns = self.rows, self.columns
        below, right = rows.weight.astype(kind)[:, None, None], columns.weight.astype(kind)[None, :, None]
        total: Array = np.sum(
            [
                image[:, row][:, :, column] * (down * across)
                for row, down in ((rows.lower, one - below), (rows.upper, below))
                for column, across in ((columns.lower, one - right), (columns.upper, right))
            ],
            axis=0,
        )
        if self.is_float:
            return (total.astype(self.element),)
        return ((np.sign(total) * ((np.abs(total) + ONE * ONE // 2) // (ONE * ONE))).astype(self.element),)

    @property
    def is_float(self) -> bool:
        return self.element.kind == "f"

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return None if self.is_float else inputs[0]

    def carrying(self, keep: Mask) -> Computation:
        return ResizeBilinear(
            self.element,
            self.batches,
            self.input_height,
            self.input_width,
            int(keep.sum()),
            self.rows,
            self.columns,
        )


@dataclass(frozen=True, eq=False)
class ResizeBilinearUint8(Computation):
    """For bytes that the file has as uint8: in floats of single precision, step by step, and rounded to nearest."""

    batches: int
    input_height: int
    input_width: int
    channels: int
    rows: Places
    columns: Places

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        image = inputs[0].reshape(self.batches, self.input_height, self.input_width, self.channels)
        numbers = image.astype(np.float32) + np.float32(HIGHEST_BIT)
        one, rows, columns = np.float32(1), self.rows, self.columns
        below, right = rows.weight[:, None, None], columns.weight[None, :, None]
        total = numbers[:, rows.lower][:, :, columns.lower] * (one - below) * (one - right)
        total = total + numbers[:, rows.upper][:, :, columns.lower] * below * (one - right)
        total = total + numbers[:, rows.lower][:, :, columns.upper] * (one - below) * right
        total = total + numbers[:, rows.upper][:, :, columns.upper] * below * right
        return (((total + np.float32(0.5)).astype(np.int32) - HIGHEST_BIT).astype(np.int8),)


def _options(op: ModelOp) -> ResizeOptions:
    assert isinstance(op.operator.options, ResizeOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    image, output = op.input(0), op.output
    if are_quantized(image, output):
        why = scale_refusal(image, output)
        if why is not None:
            return why
        if scale_of(image) != scale_of(output):
            return "scales that differ"
    elif not are(FLOAT32, image, output):
        return ""
    if max((*image.shape, *output.shape), default=0) > LARGEST_SIDE:
        return f"a side of more than {LARGEST_SIDE:,} pixels"
    if len(image.shape) == len(output.shape) == 4:
        sizes = zip(_places(op), image.shape[1:3], strict=True)
        if any(places.lower.max() >= size for places, size in sizes):
            return "sizes so far apart that its places leave the image"
    return None


def computation(op: ModelOp) -> ResizeBilinear | ResizeBilinearUint8:
    image, output = op.input(0), op.output
    require(len(image.shape) == len(output.shape) == 4, "an image must have four dimensions")
    require(image.shape[0] == output.shape[0] and image.shape[3] == output.shape[3], "only height and width may change")
    rows, columns = _places(op)
    batches, height, width, channels = image.shape
    if op.is_unsigned:
        return ResizeBilinearUint8(batches, height, width, channels, rows, columns)
    return ResizeBilinear(ELEMENTS[image.kind], batches, height, width, channels, rows, columns)


def _places(op: ModelOp) -> tuple[Places, Places]:
    image, output = op.input(0), op.output
    along = _float_places if image.kind is FLOAT32 or op.is_unsigned else _integer_places
    rows, columns = (along(image.shape[axis], output.shape[axis], _options(op)) for axis in (1, 2))
    return rows, columns


def _integer_places(inputs: int, outputs: int, options: ResizeOptions) -> Places:
    before, after = (inputs - 1, outputs - 1) if options.align_corners and outputs > 1 else (inputs, outputs)
    step = (ONE * before + after // 2) // after
    at = np.arange(outputs, dtype=np.int64) * step + (step // 2 - ONE // 2 if options.half_pixel_centers else 0)
    lower = np.maximum(np.trunc(at / ONE), 0).astype(np.int32)
    upper = np.minimum(np.trunc((at + ONE - 1) / ONE), inputs - 1).astype(np.int32)
    return Places(lower, np.maximum(upper, 0).astype(np.int32), (at - ONE * lower).astype(np.int32))


def _float_places(inputs: int, outputs: int, options: ResizeOptions) -> Places:
    before, after = (inputs - 1, outputs - 1) if options.align_corners and outputs > 1 else (inputs, outputs)
    step = np.float32(before) / np.float32(after)
    half = np.float32(0.5)
    numbers = np.arange(outputs).astype(np.float32)
    at = (numbers + half) * step - half if options.half_pixel_centers else numbers * step
    lower = np.maximum(np.floor(at), 0).astype(np.int32)
    upper = np.minimum(np.ceil(at), inputs - 1).astype(np.int32)
    return Places(lower, upper, (at - lower.astype(np.float32)).astype(np.float32))


OPERATIONS = {"RESIZE_BILINEAR": OpKind(refusal, computation)}
