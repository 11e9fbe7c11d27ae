"""L2_NORMALIZATION and LOG_SOFTMAX of float32, over the last dimension.

    L2_NORMALIZATION: x / max(sqrt(sum of x**2), 1e-6)        LOG_SOFTMAX: x - largest - log(sum of e**(x - largest))

Source: TFLite's reference kernels `reference_ops::L2Normalization` and `LogSoftmax`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.float_functions import exp
from rune.compiler.anvil.ops.types import FLOAT32, are

LEAST_LENGTH = np.float32(1e-6)


@dataclass(frozen=True)
class RowsFloat32(Computation):
    """The logarithm of the softmax of `rows` of `columns` numbers, or else these divided by their length."""

    is_log_softmax: bool
    rows: int
    columns: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.columns).astype(np.float32)
        if self.is_log_softmax:
            below = numbers - numbers.max(axis=1, keepdims=True)
            return (below - np.log(_sums(exp(below).astype(np.float32)).astype(np.float64)).astype(np.float32),)
        return (numbers / np.maximum(np.sqrt(_sums(np.square(numbers))), LEAST_LENGTH),)


def _sums(rows: Array) -> Array:
    """Returns the sums of each row, added from its beginning on and rounded each time."""
    return np.cumsum(rows, axis=1, dtype=np.float32)[:, -1:]


def _refusal(op: ModelOp) -> str | None:
    return None if are(FLOAT32, op.input(0), op.output) else ""


def _computation(op: ModelOp, is_log_softmax: bool) -> RowsFloat32:
    source = op.input(0)
    require(len(source.shape) > 0, "the input has no last dimension")
    require(source.shape == op.output.shape, "the output's shape is not the input's")
    return RowsFloat32(is_log_softmax, source.count // source.shape[-1], source.shape[-1])


OPERATIONS = {
    "L2_NORMALIZATION": OpKind(_refusal, partial(_computation, is_log_softmax=False)),
    "LOG_SOFTMAX": OpKind(_refusal, partial(_computation, is_log_softmax=True)),
}
