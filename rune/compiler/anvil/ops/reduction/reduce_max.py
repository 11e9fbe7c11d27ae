"""REDUCE_MAX and REDUCE_MIN over some dimensions. Input and output of integers have one scale, so what is stored
is compared.

Source: TFLite's reference kernel `reference_ops::ReduceGeneric`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reduction.mean import RANK, Reduction, reduction_of
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import FLOAT32, are, are_quantized


@dataclass(frozen=True)
class ReduceExtreme(Computation, CarriesChannels):
    """The greatest of the numbers of the element that go into one, or the least."""

    is_maximum: bool
    element: np.dtype[Any]
    reduction: Reduction

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        values = inputs[0].reshape(self.reduction.sizes)
        axes = tuple(axis for axis, step in enumerate(self.reduction.steps) if not step)
        extreme: Any = np.fmax if self.is_maximum else np.fmin  # a NaN is passed over
        return (np.asarray(extreme.reduce(values, axis=axes, initial=self._first)).reshape(-1),)

    @property
    def _first(self) -> int | float:
        """The number that the reference begins with."""
        limits = np.finfo(self.element) if self.element.kind == "f" else np.iinfo(self.element)
        return limits.min if self.is_maximum else limits.max

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        return inputs[0] if self.reduction.keeps_channels else None

    def carrying(self, keep: Mask) -> Computation | None:
        if not self.reduction.keeps_channels:
            return None
        return replace(self, reduction=self.reduction.with_channels(int(keep.sum())))


def _refusal(op: ModelOp) -> str | None:
    source, output = op.input(0), op.output
    if not are_quantized(source, output) and not are(FLOAT32, source, output):
        return ""
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        return "scales that differ"
    if op.input(1).data is None:
        return "dimensions that are not constant"
    return None if 0 < len(source.shape) <= RANK else f"with no dimension, or more than {RANK}"


def _computation(op: ModelOp, is_maximum: bool) -> ReduceExtreme:
    reduction = reduction_of(op)
    require(reduction.outputs == op.output.count, f"the output is {list(op.output.shape)}, too many or too few numbers")
    return ReduceExtreme(is_maximum, ELEMENTS[op.output.kind], reduction)


OPERATIONS = {
    "REDUCE_MAX": OpKind(_refusal, partial(_computation, is_maximum=True)),
    "REDUCE_MIN": OpKind(_refusal, partial(_computation, is_maximum=False)),
}
