"""CUMSUM of float32: each number is the sum of those up to it along a dimension, without it where that is asked for.

Source: TFLite's kernel `cumsum.cc` and its reference kernel `optimized_ops::CumSum`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.reshaping.rearrangement import integers
from rune.compiler.anvil.ops.types import FLOAT32, INT32, are


@dataclass(frozen=True)
class CumsumFloat32(Computation):
    """The cumulative sums of numbers [rows, length, columns] along the middle dimension; from its end on where it is
    `reverse`."""

    rows: int
    length: int
    columns: int
    exclusive: bool
    reverse: bool

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.length, self.columns).astype(np.float32)
        numbers = numbers[:, ::-1] if self.reverse else numbers
        sums = np.cumsum(numbers, axis=1, dtype=np.float32)
        if self.exclusive:
            sums = np.concatenate([np.zeros_like(sums[:, :1]), sums[:, :-1]], axis=1)
        return (np.ascontiguousarray(sums[:, ::-1] if self.reverse else sums).astype(np.float32),)


def _refusal(op: ModelOp) -> str | None:
    if not are(FLOAT32, op.input(0), op.output) or not are(INT32, op.input(1)):
        return ""
    return "a dimension that is not constant" if op.input(1).data is None else None


def _computation(op: ModelOp) -> CumsumFloat32:
    shape, numbers, options = op.input(0).shape, integers(op.input(1)), op.operator.options
    require(len(numbers) == 1 and -len(shape) <= numbers[0] < len(shape), f"there is no dimension {numbers}")
    require(shape == op.output.shape, "the output's shape is not the input's")
    assert isinstance(options, Mapping)  # noqa: S101 - the reader gives these for this op
    axis = numbers[0] % len(shape)
    rows, columns = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    return CumsumFloat32(rows, shape[axis], columns, bool(options.get("exclusive")), bool(options.get("reverse")))


OPERATIONS = {"CUMSUM": OpKind(_refusal, _computation)}
