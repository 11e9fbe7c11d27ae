"""GATHER: slices of a tensor along a dimension, by indices that are constants of the model or come while it runs.

An index that comes while it runs and is beyond the tensor ends the run, as the reference refuses it. Source: TFLite's
kernel `gather.cc`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require, unless_constant
from rune.compiler.anvil.ops.reshaping.rearrangement import (
    ELEMENTS,
    LARGEST_PLACES,
    Rearrangement,
    integers,
    moves_refusal,
    rearranged,
)
from rune.compiler.anvil.ops.types import INT32, are
from rune.model.tflite import GatherOptions, TensorKind


@dataclass(frozen=True)
class Gather(Computation):
    """`rows` times, `count` of `length` slices of `width` bytes, by indices of `index`: int32 or int64. `name` is the
    op's, for the message about an index that is beyond the tensor."""

    rows: int
    length: int
    width: int
    count: int
    index: np.dtype[Any]
    keeps_channels: bool = False
    """Whether a slice has the tensor's last dimension."""
    name: str = "gather"

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return inputs[0] if self.keeps_channels else None

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        source, indices = inputs[0].reshape(-1).view(np.uint8), inputs[1].reshape(-1)
        slices = source.reshape(self.rows, self.length, self.width)[:, indices]
        return (np.ascontiguousarray(slices).reshape(-1).view(inputs[0].dtype),)


def _options(op: ModelOp) -> GatherOptions:
    assert isinstance(op.operator.options, GatherOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: ModelOp) -> str | None:
    if _options(op).batch_dims:
        return "batches"
    source, indices, output = op.input(0), op.input(1), op.output
    if indices.data is not None:
        return moves_refusal(op, 1)
    if source.kind not in ELEMENTS or output.kind is not source.kind or source.is_sparse:
        return ""
    if not are(INT32, indices) and not are(TensorKind.INT64, indices):
        return ""
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        return "scales that differ"
    return "dimensions that are too long" if sum((*source.shape, *output.shape)) > LARGEST_PLACES else None


def computation(op: ModelOp) -> Rearrangement | Gather:
    source, indices, output = op.input(0), op.input(1), op.output
    shape, axis = source.shape, _options(op).axis
    require(-len(shape) <= axis < len(shape), f"there is no dimension {axis}")
    axis %= len(shape)
    if indices.data is not None:
        places = np.array(integers(indices))
        require(bool((places >= 0).all()), "it has an index below 0")
        return rearranged(op, [places if each == axis else np.arange(size) for each, size in enumerate(shape)])
    rows, inner = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    require(output.count == rows * indices.count * inner, f"the output is {list(output.shape)}, not of its slices")
    width = inner * ELEMENTS[source.kind].itemsize
    kind = np.dtype("<i4" if indices.kind is INT32 else "<i8")
    return Gather(rows, shape[axis], width, indices.count, kind, axis < len(shape) - 1)


def _operands(op: ModelOp) -> slice:
    """Constant indices are in the computation."""
    return slice(1) if op.input(1).data is not None else slice(2)


OPERATIONS = {"GATHER": OpKind(refusal, computation, _operands, may_fail=unless_constant(1))}
