"""EMBEDDING_LOOKUP: rows of a table by their numbers, as they stand there; rows of int8 may become floats.

A row of int8 that becomes one of floats is multiplied by the table's scale, or its own. A number beyond the table ends
the run, as the reference refuses it. Source: TFLite's kernel `embedding_lookup.cc`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require, unless_constant
from rune.compiler.anvil.ops.reshaping.gather import Gather
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS, LARGEST_PLACES, integers
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT32, are, channel_scales
from rune.model.tflite import Tensor, TensorKind


@dataclass(frozen=True, eq=False)
class EmbeddingLookupHybrid(Computation):
    """`count` of `length` rows of `width` bytes, times `scales` in double precision: one a row, or one for all."""

    length: int
    width: int
    count: int
    scales: NDArray[np.float32]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        rows, numbers = inputs[0].reshape(self.length, self.width), inputs[1].reshape(-1)
        scales = np.broadcast_to(self.scales, self.length).astype(np.float64)
        return ((rows[numbers] * scales[numbers, None]).astype(np.float32),)


def _refusal(op: ModelOp) -> str | None:
    numbers, table, output = op.input(0), op.input(1), op.output
    if not are(INT32, numbers) or table.is_sparse or table.kind not in (FLOAT32, INT8):
        return ""
    if sum((*table.shape, *output.shape)) > LARGEST_PLACES:
        return "dimensions that are too long"
    if output.kind is table.kind:
        return None if (table.scale, table.zero_point) == (output.scale, output.zero_point) else "scales that differ"
    if output.kind is not FLOAT32 or op.reads_unsigned:
        return ""
    return None if channel_scales(table, axis=0) else "a table without scales, or with a zero point"


def _computation(op: ModelOp) -> Gather | EmbeddingLookupHybrid:
    numbers, table, output = op.input(0), op.input(1), op.output
    require(len(numbers.shape) == 1, "its numbers of rows have more than one dimension")
    require(len(table.shape) >= 2, "its table has fewer than two dimensions")
    require(output.shape == (*numbers.shape, *table.shape[1:]), f"the output is {list(output.shape)}, not of its rows")
    length, width = table.shape[0], math.prod(table.shape[1:])
    if numbers.data is not None:
        require(all(0 <= number < length for number in integers(numbers)), "it has a number beyond its table")
    if output.kind is table.kind:
        size = width * ELEMENTS[table.kind].itemsize
        return Gather(1, length, size, numbers.count, np.dtype("<i4"), keeps_channels=True, name="embedding_lookup")
    return EmbeddingLookupHybrid(length, width, numbers.count, _scales(table))


def _scales(table: Tensor) -> NDArray[np.float32]:
    assert table.quantization is not None and table.kind is TensorKind.INT8  # noqa: S101, PT018 - asked for before
    return np.array(table.quantization.scales, np.float32)


OPERATIONS = {
    # The table comes first, as what GATHER takes its slices of.
    "EMBEDDING_LOOKUP": OpKind(_refusal, _computation, operands=slice(1, None, -1), may_fail=unless_constant(0))
}
