"""CONCATENATION, PACK, SPLIT, SPLIT_V and UNPACK: several tensors as one along a dimension, and one as several.

All tensors of an op have one scale. Source: TFLite's kernels `concatenation.cc`, `pack.cc`, `split.cc`, `split_v.cc`
and `unpack.cc`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, Computation, JoinsChannels, JoinsInputs, ViewParts
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS, integers
from rune.model.tflite import Activation, AxisOptions, ConcatenationOptions, Tensor

EVERY = slice(None)
"""All inputs are tensors of a run."""


@dataclass(frozen=True)
class Concatenation(Computation, JoinsInputs, JoinsChannels):
    """`rows` times a stretch of each input, one after the other; how many bytes each has. `dimensions` are those from
    the joined one on: 1 where channels are joined, 0 where each input is a channel."""

    rows: int
    widths: tuple[int, ...]
    dimensions: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        stretches = [each.reshape(-1).view(np.uint8).reshape(self.rows, -1) for each in inputs]
        return (np.concatenate(stretches, axis=1).reshape(-1).view(inputs[0].dtype),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if self.dimensions == 0:
            return None
        least, greatest = [each.least for each in inputs], [each.greatest for each in inputs]
        if self.dimensions == 1:
            return ChannelRange(np.concatenate(least), np.concatenate(greatest))
        return ChannelRange(np.min(least, axis=0), np.max(greatest, axis=0))

    @property
    def joins_channels(self) -> bool:
        return self.dimensions == 1

    def joining(self, keeps: Sequence[Mask]) -> Computation:
        widths = (width // len(keep) * int(keep.sum()) for width, keep in zip(self.widths, keeps, strict=True))
        return replace(self, widths=tuple(widths))

    @property
    def joined_offsets(self) -> tuple[int, ...] | None:
        return tuple(accumulate(self.widths[:-1], initial=0)) if self.rows == 1 else None


@dataclass(frozen=True)
class SplitTensor(Computation, ViewParts):
    """The other way round."""

    rows: int
    widths: tuple[int, ...]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        rows = inputs[0].reshape(-1).view(np.uint8).reshape(self.rows, -1)
        pieces = np.split(rows, np.cumsum(self.widths)[:-1], axis=1)
        return tuple(np.ascontiguousarray(piece).reshape(-1).view(inputs[0].dtype) for piece in pieces)

    @property
    def part_offsets(self) -> tuple[int, ...] | None:
        return tuple(accumulate(self.widths[:-1], initial=0)) if self.rows == 1 else None


def _refusal(tensors: Sequence[Tensor | None], others: Sequence[Tensor | None] = ()) -> str | None:
    """Returns why these tensors cannot be joined or split; `others` must be constants."""
    present = [tensor for tensor in tensors if tensor is not None]
    first = present[0]
    if first.kind not in ELEMENTS or any(each.kind is not first.kind or each.is_sparse for each in present):
        return ""
    if len({(tensor.scale, tensor.zero_point) for tensor in present}) > 1:
        return "scales that differ"
    return "sizes that are not constant" if any(each is None or each.data is None for each in others) else None


def _axis(axis: int, rank: int) -> int:
    require(-rank <= axis < rank, f"there is no dimension {axis}")
    return axis % rank


def _widths(shapes: Sequence[tuple[int, ...]], axis: int, kind: Tensor) -> tuple[int, ...]:
    """Bytes of a stretch of each tensor, from the dimension on."""
    return tuple(math.prod(shape[axis:]) * ELEMENTS[kind.kind].itemsize for shape in shapes)


def _concatenation_refusal(op: ModelOp) -> str | None:
    options = op.operator.options
    assert isinstance(options, ConcatenationOptions)  # noqa: S101 - the reader gives these for this op
    if options.activation is not Activation.NONE:
        return f"activation {options.activation.name}"
    return _refusal((*op.inputs, op.output))


def _concatenation(op: ModelOp) -> Concatenation:
    options, output = op.operator.options, op.output
    assert isinstance(options, ConcatenationOptions)  # noqa: S101 - the reader gives these for this op
    axis = _axis(options.axis, len(output.shape))
    shapes = [op.input(number).shape for number in range(len(op.inputs))]
    for shape in shapes:
        beside = (*shape[:axis], *output.shape[axis : axis + 1], *shape[axis + 1 :])
        require(len(shape) == len(output.shape) and beside == output.shape, f"{list(shape)} does not fit its output")
    require(sum(shape[axis] for shape in shapes) == output.shape[axis], "its output has another length")
    return _concatenation_along(shapes, output, axis, len(output.shape) - axis)


def _concatenation_along(
    shapes: Sequence[tuple[int, ...]], output: Tensor, axis: int, dimensions: int
) -> Concatenation:
    return Concatenation(math.prod(output.shape[:axis]), _widths(shapes, axis, output), dimensions)


def _axis_of(op: ModelOp) -> int:
    assert isinstance(op.operator.options, AxisOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options.axis


def _pack(op: ModelOp) -> Concatenation:
    output, shapes = op.output, [op.input(number).shape for number in range(len(op.inputs))]
    axis = _axis(_axis_of(op), len(output.shape))
    whole = (*output.shape[:axis], *output.shape[axis + 1 :])
    require(all(shape == whole for shape in shapes) and len(shapes) == output.shape[axis], "its inputs do not fit")
    behind = len(output.shape) - axis
    return _concatenation_along(shapes, output, axis, behind if behind > 1 else 0)


def _split_along(op: ModelOp, source: Tensor, axis: int) -> SplitTensor:
    axis = _axis(axis, len(source.shape))
    shapes = [output.shape for output in op.outputs]
    for shape in shapes:
        beside = (*shape[:axis], *source.shape[axis : axis + 1], *shape[axis + 1 :])
        require(len(shape) == len(source.shape) and beside == source.shape, f"{list(shape)} is no part of its input")
    require(sum(shape[axis] for shape in shapes) == source.shape[axis], "its outputs are not all of its input")
    return SplitTensor(math.prod(source.shape[:axis]), _widths(shapes, axis, source))


def _number(op: ModelOp, index: int) -> int:
    numbers = integers(op.input(index))
    require(len(numbers) == 1, "its dimension is not one number")
    return numbers[0]


def _split(op: ModelOp) -> SplitTensor:
    return _split_along(op, op.input(1), _number(op, 0))


def _split_by_sizes(op: ModelOp) -> SplitTensor:
    return _split_along(op, op.input(0), _number(op, 2))


def _unpack(op: ModelOp) -> SplitTensor:
    source = op.input(0)
    axis = _axis(_axis_of(op), len(source.shape))
    whole = (*source.shape[:axis], *source.shape[axis + 1 :])
    shapes = [output.shape for output in op.outputs]
    require(all(shape == whole for shape in shapes) and len(shapes) == source.shape[axis], "its outputs do not fit")
    return SplitTensor(math.prod(source.shape[:axis]), _widths(shapes, axis, source))


OPERATIONS = {
    "CONCATENATION": OpKind(_concatenation_refusal, _concatenation, EVERY),
    "PACK": OpKind(lambda op: _refusal((*op.inputs, op.output)), _pack, EVERY),
    "SPLIT": OpKind(lambda op: _refusal((op.input(1), *op.outputs), op.inputs[:1]), _split, slice(1, 2)),
    "SPLIT_V": OpKind(lambda op: _refusal((op.input(0), *op.outputs), op.inputs[1:]), _split_by_sizes),
    "UNPACK": OpKind(lambda op: _refusal((op.input(0), *op.outputs)), _unpack),
}
