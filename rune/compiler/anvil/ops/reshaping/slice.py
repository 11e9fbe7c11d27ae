"""SLICE, STRIDED_SLICE and REVERSE_V2: some indices of each dimension, which are constants of the model.

Source: TFLite's kernels `slice.cc`, `strided_slice.cc` and `reverse.cc`.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import Rearrangement, integers, moves_refusal, rearranged
from rune.model.tflite import StridedSliceOptions


def _refusal(op: ModelOp, constants: tuple[int, ...]) -> str | None:
    return moves_refusal(op, *constants)


def _slice(op: ModelOp) -> Rearrangement:
    shape, begins, sizes = op.input(0).shape, integers(op.input(1)), integers(op.input(2))
    require(len(begins) == len(sizes) == len(shape), "it has a begin or a size for another number of dimensions")
    places = []
    for side, begin, size in zip(shape, begins, sizes, strict=True):
        end = side if size == -1 else begin + size
        require(0 <= begin <= end <= side, f"it goes from {begin} to {end} in a dimension of {side}")
        places.append(np.arange(begin, end))
    return rearranged(op, places)


def _strided_options(op: ModelOp) -> StridedSliceOptions:
    assert isinstance(op.operator.options, StridedSliceOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def _strided_refusal(op: ModelOp) -> str | None:
    options = _strided_options(op)
    if options.ellipsis_mask or options.new_axis_mask or options.offset:
        return "an ellipsis, a new dimension or sizes in place of ends"
    return moves_refusal(op, 1, 2, 3)


def _strided_slice(op: ModelOp) -> Rearrangement:
    options, shape = _strided_options(op), op.input(0).shape
    numbers = [integers(op.input(number)) for number in (1, 2, 3)]
    require(len({len(each) for each in numbers}) == 1, "it has begins, ends and strides for different dimensions")
    require(len(numbers[0]) <= len(shape), "it has a begin for more dimensions than there are")
    places: list[Array] = []
    for axis, (begin, end, stride) in enumerate(zip(*numbers, strict=True)):
        size, bit = shape[axis], 1 << axis
        require(stride != 0, "it has a stride of 0")
        first = None if options.begin_mask & bit else begin
        if options.shrink_axis_mask & bit:
            require(stride > 0, "it goes backwards in a dimension that it removes")
            place = first or 0
            require(-size <= place < size, f"it takes index {place} of a dimension of {size}")
            places.append(np.array([place % size]))
            continue
        last = None if options.end_mask & bit else end
        places.append(np.arange(size)[first:last:stride])
    return rearranged(op, [*places, *(np.arange(size) for size in shape[len(places) :])])


def _reversal(op: ModelOp) -> Rearrangement:
    shape = op.input(0).shape
    axes = {axis % len(shape) for axis in integers(op.input(1)) if -len(shape) <= axis < len(shape)}
    return rearranged(op, [np.arange(size)[:: -1 if each in axes else 1] for each, size in enumerate(shape)])


OPERATIONS = {
    "REVERSE_V2": OpKind(partial(_refusal, constants=(1,)), _reversal),
    "SLICE": OpKind(partial(_refusal, constants=(1, 2)), _slice),
    "STRIDED_SLICE": OpKind(_strided_refusal, _strided_slice),
}
