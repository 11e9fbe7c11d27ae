"""GATHER_ND: slices of a tensor, each by the indices of its first dimensions.

An index beyond the tensor ends the run, as the reference refuses it; one that is a constant is refused when the rune is
built. Source: TFLite's kernel `gather_nd.cc`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require, unless_constant
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS, LARGEST_PLACES
from rune.compiler.anvil.ops.types import array
from rune.model.tflite import TensorKind

INDICES: dict[TensorKind, np.dtype[Any]] = {
    TensorKind.INT16: np.dtype("<i2"),
    TensorKind.INT32: np.dtype("<i4"),
    TensorKind.INT64: np.dtype("<i8"),
}
"""The kinds of indices, and what NumPy calls them."""


@dataclass(frozen=True)
class GatherNd(Computation):
    """`count` slices of `width` bytes. Each is found by an index in each of the first dimensions, whose sizes are
    `lengths`; indices are [count, dimension] of the type `index`."""

    lengths: tuple[int, ...]
    width: int
    count: int
    index: np.dtype[Any]
    keeps_channels: bool
    """Whether a slice has the tensor's last dimension."""

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        slices = inputs[0].reshape(-1).view(np.uint8).reshape(*self.lengths, self.width)
        indices = inputs[1].reshape(self.count, len(self.lengths))
        return (np.ascontiguousarray(slices[tuple(indices.T)]).reshape(-1).view(inputs[0].dtype),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return inputs[0] if self.keeps_channels else None


def _refusal(op: ModelOp) -> str | None:
    source, indices, output = op.input(0), op.input(1), op.output
    if source.kind not in ELEMENTS or output.kind is not source.kind or source.is_sparse:
        return ""
    if indices.kind not in INDICES or indices.is_sparse:
        return ""
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        return "scales that differ"
    return "dimensions that are too long" if sum((*source.shape, *output.shape)) > LARGEST_PLACES else None


def _computation(op: ModelOp) -> GatherNd:
    source, indices, output = op.input(0), op.input(1), op.output
    require(bool(indices.shape), "its indices have no dimension")
    depth = indices.shape[-1]
    require(depth <= len(source.shape), f"it has {depth} indices for {len(source.shape)} dimensions")
    lengths, slices = source.shape[:depth], source.shape[depth:]
    require(output.shape == (*indices.shape[:-1], *slices), f"the output is {list(output.shape)}, not of its slices")
    if indices.data is not None:
        numbers = array(indices, INDICES[indices.kind].type).reshape(-1, depth).astype(np.int64)
        require(bool(((numbers >= 0) & (numbers < np.array(lengths))).all()), "it has an index beyond its input")
    width = math.prod(slices) * ELEMENTS[source.kind].itemsize
    return GatherNd(lengths, width, indices.count // depth, INDICES[indices.kind], bool(slices))


OPERATIONS = {"GATHER_ND": OpKind(_refusal, _computation, operands=slice(2), may_fail=unless_constant(1))}
