"""ARG_MAX and ARG_MIN: the index of the greatest or the least number along a dimension, the first one of several.

A NaN is passed over; of NaNs alone it is the first index. Source: TFLite's reference kernel
`reference_ops::ArgMinMax`. In a short last dimension ai-edge-litert compares vectors, and a NaN may hide the numbers
beside it; that is not reproduced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import integers
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT32, are
from rune.model.tflite import TensorKind


@dataclass(frozen=True)
class ArgExtreme(Computation):
    """For numbers [rows, length, columns], the index in the middle dimension; bytes or floats of `element`, indices of
    `result`."""

    is_maximum: bool
    rows: int
    length: int
    columns: int
    element: np.dtype[Any]
    result: np.dtype[Any]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.length, self.columns)
        if self.element.kind == "f":
            return (self._indices_of_floats(numbers).astype(self.result),)
        return (self._indices(numbers).astype(self.result),)

    def _indices(self, numbers: Array) -> Array:
        return np.asarray(numbers.argmax(axis=1) if self.is_maximum else numbers.argmin(axis=1))

    def _indices_of_floats(self, numbers: Array) -> Array:
        """A NaN is passed over. Beside infinities alone it is not the first of equals."""
        is_nan, worst = np.isnan(numbers), np.float32(-np.inf if self.is_maximum else np.inf)
        indices = self._indices(np.where(is_nan, worst, numbers))
        is_nan_chosen = np.take_along_axis(is_nan, indices[:, None], axis=1)[:, 0]
        return np.where(is_nan_chosen, (~is_nan).argmax(axis=1), indices)


def refusal(op: ModelOp) -> str | None:
    source, output = op.input(0), op.output
    if not (are(FLOAT32, source) or are(INT8, source)) or not (are(INT32, output) or are(TensorKind.INT64, output)):
        return ""
    return "a dimension that is not constant" if op.input(1).data is None else None


def computation(op: ModelOp, is_maximum: bool) -> ArgExtreme:
    source, output, numbers = op.input(0), op.output, integers(op.input(1))
    shape = source.shape
    require(len(numbers) == 1 and -len(shape) <= numbers[0] < len(shape), f"there is no dimension {numbers}")
    axis = numbers[0] % len(shape)
    rows, columns = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    require(output.count == rows * columns, f"the output has {output.count} numbers, not {rows * columns}")
    return ArgExtreme(
        is_maximum,
        rows,
        shape[axis],
        columns,
        np.dtype("<f4" if source.kind is FLOAT32 else "i1"),
        np.dtype("<i4" if output.kind is INT32 else "<i8"),
    )


OPERATIONS = {
    "ARG_MAX": OpKind(refusal, partial(computation, is_maximum=True)),
    "ARG_MIN": OpKind(refusal, partial(computation, is_maximum=False)),
}
