"""MINIMUM and MAXIMUM with broadcasting. Inputs and output of int8 or int16 have one scale and zero point, so what is
stored is compared.

Source: TFLite's reference kernel `reference_ops::MaximumMinimumBroadcastSlow`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFloat32, BinaryFunction
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast, binary_refusal, broadcast
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import FLOAT32
from rune.compiler.anvil.requantisation.fixed_point import scale_of


@dataclass(frozen=True)
class ExtremeQuantized(Computation, CarriesChannels):
    """The lesser of two numbers of the element, or the greater."""

    is_maximum: bool
    element: np.dtype[Any]
    shape: Broadcast
    is_dense: bool

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (self._extreme(*self.shape.spread(*inputs)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        left, right = inputs
        return ChannelRange(self._extreme(left.least, right.least), self._extreme(left.greatest, right.greatest))

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, shape=self.shape.carrying(keep))

    def _extreme(self, left: Array, right: Array) -> Array:
        return np.asarray(np.maximum(left, right) if self.is_maximum else np.minimum(left, right))


def refusal(op: ModelOp) -> str | None:
    why = binary_refusal(op)
    if why is not None or op.output.kind is FLOAT32:
        return why
    scales = {scale_of(tensor) for tensor in (op.input(0), op.input(1), op.output)}
    return None if len(scales) == 1 else "scales that differ"


def _computation(op: ModelOp, operation: BinaryFunction) -> ExtremeQuantized | BinaryFloat32:
    left, right, output = op.input(0), op.input(1), op.output
    if left.kind is FLOAT32:
        return BinaryFloat32.of(op, operation)
    is_dense = left.shape == right.shape == output.shape
    return ExtremeQuantized(
        operation is BinaryFunction.MAXIMUM, ELEMENTS[output.kind], broadcast(left, right, output), is_dense
    )


def _minimum(op: ModelOp) -> ExtremeQuantized | BinaryFloat32:
    return _computation(op, BinaryFunction.MINIMUM)


def _maximum(op: ModelOp) -> ExtremeQuantized | BinaryFloat32:
    return _computation(op, BinaryFunction.MAXIMUM)


OPERATIONS = {
    "MAXIMUM": OpKind(refusal, _maximum, operands=slice(2)),
    "MINIMUM": OpKind(refusal, _minimum, operands=slice(2)),
}
