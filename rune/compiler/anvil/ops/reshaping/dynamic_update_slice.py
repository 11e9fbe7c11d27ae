"""DYNAMIC_UPDATE_SLICE: a tensor of which a part is replaced, from indices on that may be known only while it runs.

An index from which the part would not fit becomes the nearest from which it does. Source: TFLite's kernel
`dynamic_update_slice.cc`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import BEYOND_RANK, ELEMENTS, RANK
from rune.compiler.anvil.ops.types import INT32, are
from rune.model.tflite import TensorKind


@dataclass(frozen=True)
class DynamicUpdateSlice(Computation):
    """A part of `sizes` in a tensor of `whole`; starts are numbers of the type `index`, one a dimension."""

    whole: tuple[int, ...]
    sizes: tuple[int, ...]
    element: np.dtype[Any]
    index: np.dtype[Any]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        source, part, starts = inputs
        room = np.subtract(self.whole, self.sizes)
        first = np.clip(starts.reshape(-1).astype(np.int64), 0, room)
        result = source.reshape(self.whole).copy()
        result[tuple(slice(start, start + size) for start, size in zip(first, self.sizes, strict=True))] = part.reshape(
            self.sizes
        )
        return (result,)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        source, part = inputs[0], inputs[1]
        least, greatest = int(part.least.min()), int(part.greatest.max())
        return source.widened(least).widened(greatest)


def _refusal(op: ModelOp) -> str | None:
    source, part, starts, output = op.input(0), op.input(1), op.input(2), op.output
    if source.kind not in ELEMENTS or not are(source.kind, source, part, output):
        return ""
    if not are(INT32, starts) and not are(TensorKind.INT64, starts):
        return ""
    if len({(each.scale, each.zero_point) for each in (source, part, output)}) > 1:
        return "scales that differ"
    return None if 0 < len(source.shape) <= RANK else BEYOND_RANK


def _computation(op: ModelOp) -> DynamicUpdateSlice:
    source, part, starts = op.input(0), op.input(1), op.input(2)
    rank = len(source.shape)
    require(op.output.shape == source.shape, "the output's shape is not the input's")
    require(len(part.shape) == rank, f"its part has {len(part.shape)} dimensions, not {rank}")
    require(all(size <= whole for size, whole in zip(part.shape, source.shape, strict=True)), "its part is too large")
    require(starts.shape == (rank,), f"it has {starts.count} starts for {rank} dimensions")
    index = np.dtype("<i4" if starts.kind is INT32 else "<i8")
    return DynamicUpdateSlice(source.shape, part.shape, ELEMENTS[source.kind], index)


OPERATIONS = {"DYNAMIC_UPDATE_SLICE": OpKind(_refusal, _computation, operands=slice(3))}
