"""REDUCE_MAX and REDUCE_MIN over some dimensions. Input and output of int8 have one scale, so bytes are compared.

Source: TFLite's reference kernel `reference_ops::ReduceGeneric`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from rune.anvil.channels import CarriesChannels, Mask, Range
from rune.anvil.computation import Array, Computation
from rune.anvil.operation import Op, Operation, require
from rune.anvil.ops.mean import RANK, Reduction, reduction_of
from rune.anvil.ops.types import FLOAT32, INT8, are


@dataclass(frozen=True)
class ReduceExtreme(Computation, CarriesChannels):
    """The greatest of the numbers that go into one, or the least; float32 or int8."""

    is_maximum: bool
    is_float: bool
    reduction: Reduction

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        values = inputs[0].reshape(self.reduction.sizes)
        axes = tuple(axis for axis, step in enumerate(self.reduction.steps) if not step)
        found = np.max(values, axis=axes) if self.is_maximum else np.min(values, axis=axes)
        return (np.asarray(found).reshape(-1),)

    def bounds(self, *inputs: Range) -> Range | None:
        return inputs[0] if self.reduction.keeps_channels else None

    def carrying(self, keep: Mask) -> Computation | None:
        if not self.reduction.keeps_channels:
            return None
        return replace(self, reduction=self.reduction.with_channels(int(keep.sum())))


def _refusal(op: Op) -> str | None:
    source, output = op.input(0), op.output
    if not are(INT8, source, output) and not are(FLOAT32, source, output):
        return ""
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        return "scales that differ"
    if op.input(1).data is None:
        return "dimensions that are not constant"
    return None if 0 < len(source.shape) <= RANK else f"with no dimension, or more than {RANK}"


def _computation(op: Op, is_maximum: bool) -> ReduceExtreme:
    reduction = reduction_of(op)
    require(reduction.outputs == op.output.count, f"the output is {list(op.output.shape)}, too many or too few numbers")
    return ReduceExtreme(is_maximum, op.output.kind is FLOAT32, reduction)


OPERATIONS = {
    "REDUCE_MAX": Operation(_refusal, partial(_computation, is_maximum=True)),
    "REDUCE_MIN": Operation(_refusal, partial(_computation, is_maximum=False)),
}
