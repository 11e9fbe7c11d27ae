"""PAD, PADV2 and MIRROR_PAD: elements before and after those of each dimension.

They are zeros (bytes at the zero point), a number that is given, or the tensor's own, mirrored with its edge
(SYMMETRIC) or without it (REFLECT).

Source: TFLite's kernels `pad.cc` and `mirror_pad.cc`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS, Rearrangement, integers, moves_refusal, rearranged
from rune.compiler.anvil.ops.types import array
from rune.model.tflite import MirrorPadOptions


def _refusal(op: ModelOp) -> str | None:
    return moves_refusal(op, *range(1, len(op.inputs)))


def _sides(op: ModelOp) -> list[tuple[int, int]]:
    """Elements before and after each dimension."""
    numbers = integers(op.input(1))
    require(len(numbers) == 2 * len(op.input(0).shape), "it has paddings for another number of dimensions")
    require(min(numbers, default=0) >= 0, "it has a padding below 0")
    require(sum(numbers) <= sum(op.output.shape), f"the output is {list(op.output.shape)}, too small for its paddings")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _padding(op: ModelOp, padding: float) -> Rearrangement:
    def along(size: int, before: int, after: int) -> Array:
        return np.pad(np.arange(size), (before, after), constant_values=-1)

    return rearranged(op, _along_each(op, along), padding=padding)


def _along_each(op: ModelOp, along: Callable[[int, int, int], Array]) -> list[Array]:
    return [along(size, *sides) for size, sides in zip(op.input(0).shape, _sides(op), strict=True)]


def _pad(op: ModelOp) -> Rearrangement:
    return _padding(op, op.input(0).zero_point or 0)


def _pad_with(op: ModelOp) -> Rearrangement:
    value = op.input(2)
    require(value.kind is op.input(0).kind and value.count == 1, "its value is not one number of its kind")
    return _padding(op, array(value, ELEMENTS[value.kind].type).reshape(-1)[0].item())


def _mirror_padding(op: ModelOp) -> Rearrangement:
    options = op.operator.options
    assert isinstance(options, MirrorPadOptions)  # noqa: S101 - the reader gives these for this op

    def along(size: int, before: int, after: int) -> Array:
        require(max(before, after) <= size - (not options.with_edge), "a padding is longer than what it mirrors")
        return np.pad(np.arange(size), (before, after), mode="symmetric" if options.with_edge else "reflect")

    return rearranged(op, _along_each(op, along))


OPERATIONS = {
    "MIRROR_PAD": OpKind(_refusal, _mirror_padding),
    "PAD": OpKind(_refusal, _pad),
    "PADV2": OpKind(_refusal, _pad_with),
}
