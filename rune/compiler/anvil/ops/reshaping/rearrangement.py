"""Operators that move elements: each of the output is one of the input, or a padding. Slices, transpositions, paddings,
repetitions and their like are this one computation, with other places to take from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation, PaddingFrame, ViewParts
from rune.compiler.anvil.operation import ModelOp, require
from rune.compiler.anvil.ops.types import array
from rune.model.tflite import Tensor, TensorKind

RANK = 6
"""Dimensions that kernels go through."""

BEYOND_RANK = f"with no dimension, or more than {RANK}"

LARGEST_PLACES = 1 << 20
"""Places of all dimensions together, so that they take little memory."""

ELEMENTS: dict[TensorKind, np.dtype[Any]] = {
    TensorKind.FLOAT32: np.dtype("<f4"),
    TensorKind.INT32: np.dtype("<i4"),
    TensorKind.INT16: np.dtype("<i2"),
    TensorKind.INT8: np.dtype("i1"),
}
"""The kinds whose elements can be moved, and what NumPy calls them."""

Places = NDArray[np.int32]
"""The index of the input for each index of a dimension of the output, or -1: a padding."""


@dataclass(frozen=True, eq=False)
class Rearrangement(Computation, CarriesChannels, ViewParts):
    """Output [i, j, ...] is input [places[0][i], places[1][j], ...], of an input of `sizes`; the padding where one of
    the places is -1. `places` has as many dimensions as `sizes`, and the output's may be in another `order`."""

    sizes: tuple[int, ...]
    places: tuple[Places, ...]
    order: tuple[int, ...]
    """The dimension of the input, and of `places`, to which each dimension of the output belongs."""
    element: np.dtype[Any]
    padding: int | float = 0
    has_channels: bool = True
    """Whether the last dimension of `sizes` is the input's, and the last one of `order` the output's."""

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        result = inputs[0].reshape(self.sizes)
        for axis, places in enumerate(self.places):
            result = np.take(result, np.maximum(places, 0), axis)
        if self.is_padded:
            inside = reduce(np.logical_and.outer, (places >= 0 for places in self.places))
            result = np.where(inside, result, np.array(self.padding, result.dtype))
        return (np.ascontiguousarray(result.transpose(self.order)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if not self._keeps_channels:
            return None
        return inputs[0].widened(int(self.padding)) if self.is_padded else inputs[0]

    def carrying(self, keep: Mask) -> Computation | None:
        if not self._keeps_channels:
            return None
        count = int(keep.sum())
        places = (*self.places[:-1], np.arange(count, dtype=np.int32))
        return replace(self, sizes=(*self.sizes[:-1], count), places=places)

    @property
    def _keeps_channels(self) -> bool:
        last = len(self.sizes) - 1
        return (
            self.has_channels
            and self.order[-1] == last
            and np.array_equal(self.places[last], np.arange(self.sizes[last]))
        )

    @property
    def is_padded(self) -> bool:
        """Whether any place is a padding."""
        return any(places.min(initial=0) < 0 for places in self.places)

    @property
    def frame(self) -> PaddingFrame | None:
        """Returns the padding around images [batch, row, column, channel], if that is the only change."""
        inside = [places[places >= 0] for places in self.places]
        if len(self.sizes) != 4 or self.order != (0, 1, 2, 3) or not self._keeps_channels:
            return None
        if not all(np.array_equal(each, np.arange(size)) for each, size in zip(inside, self.sizes, strict=True)):
            return None
        before = [int(np.argmax(places >= 0)) for places in self.places]
        after = [int(np.argmax(places[::-1] >= 0)) for places in self.places]
        is_one_piece = all(
            len(places) == size + first + last
            for places, size, first, last in zip(self.places, self.sizes, before, after, strict=True)
        )
        if not is_one_piece or before[0] or after[0]:
            return None
        return PaddingFrame(before[1], after[1], before[2], after[2])

    @property
    def part_offsets(self) -> tuple[int, ...] | None:
        first, run = 0, 1
        for offsets in reversed(self.offsets):
            start = int(offsets[0])
            if start < 0 or not np.array_equal(offsets, start + run * np.arange(len(offsets))):
                return None
            first, run = first + start, run * len(offsets)
        return (first * self.element.itemsize,)

    @property
    def offsets(self) -> tuple[Places, ...]:
        """The number that the index of each dimension of the output adds to an element's place in the input's
        memory."""
        steps = [math.prod(self.sizes[axis + 1 :]) for axis in range(len(self.sizes))]
        return tuple(np.where(self.places[axis] < 0, -1, self.places[axis] * steps[axis]) for axis in self.order)


def rearranged(
    op: ModelOp,
    places: Sequence[Array],
    order: Sequence[int] | None = None,
    padding: float = 0,
    sizes: Sequence[int] | None = None,
) -> Rearrangement:
    """Copies the first input's elements from these places; `sizes` are its own unless the op sees others. Raises
    `Contradiction` where they do not give the output."""
    source, output = op.input(0), op.output
    sizes = source.shape if sizes is None else tuple(sizes)
    require(len(places) == len(sizes), f"it has sizes for {len(places)} dimensions, not {len(sizes)}")
    order = tuple(range(len(places))) if order is None else tuple(order)
    output_sizes = [len(places[axis]) for axis in order]
    require(math.prod(output_sizes) == output.count, f"the output is {list(output.shape)}, not {output_sizes}")
    for size, along in zip(sizes, places, strict=True):
        require(bool((along >= -1).all() and (along < size).all()), f"it reads beyond its input {list(source.shape)}")
    indices = tuple(np.asarray(along, np.int32) for along in places)
    has_channels = source.shape[-1:] == sizes[-1:] and output.shape[-1:] == (output_sizes[-1],)
    return Rearrangement(sizes, indices, order, ELEMENTS[source.kind], padding, has_channels)


def moves_refusal(op: ModelOp, *constants: int) -> str | None:
    """Returns why elements cannot be moved; `constants` are the numbers of inputs that say how, which must be
    constants."""
    source, output = op.input(0), op.output
    if source.kind not in ELEMENTS or output.kind is not source.kind or source.is_sparse:
        return ""
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        return "scales that differ"
    if not source.shape or max(len(source.shape), len(output.shape)) > RANK:
        return BEYOND_RANK
    if any(op.input(number).data is None for number in constants):
        return "sizes that are not constant"
    return "dimensions that are too long" if sum((*source.shape, *output.shape)) > LARGEST_PLACES else None


def integers(tensor: Tensor) -> list[int]:
    """The numbers of a constant of int32 or int64."""
    require(tensor.kind in (TensorKind.INT32, TensorKind.INT64), f"it has sizes of {tensor.kind.name.lower()}")
    return [int(each) for each in array(tensor, np.int32 if tensor.kind is TensorKind.INT32 else np.int64).reshape(-1)]
