"""SELECT_V2 and SELECT: each element of one tensor where a condition holds, of another where it does not.

SELECT_V2 repeats dimensions of all three; SELECT has one shape for all, or one truth for all. Source: TFLite's kernel
`select.cc`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.elementwise.broadcast import BEYOND_RANK, RANK
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import are
from rune.model.tflite import Tensor, TensorKind

SELECTABLE_KINDS = ELEMENTS | {TensorKind.BOOL: np.dtype("u1")}
"""The kinds whose elements can be selected, and what NumPy calls them."""


@dataclass(frozen=True)
class SelectSteps(Computation):
    """Five dimensions of the output, and for condition, first and second tensor the steps in elements; 0: repeated."""

    sizes: tuple[int, ...]
    steps: tuple[tuple[int, ...], ...]
    element: np.dtype[Any]

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        condition, first, second = (
            np.lib.stride_tricks.as_strided(
                np.ascontiguousarray(values), self.sizes, tuple(step * values.itemsize for step in steps)
            )
            for values, steps in zip(inputs, self.steps, strict=True)
        )
        return (np.where(condition != 0, first, second),)


def _refusal(op: ModelOp) -> str | None:
    condition, first, second = (op.input(number) for number in range(3))
    if (
        first.kind not in SELECTABLE_KINDS
        or not are(TensorKind.BOOL, condition)
        or not are(first.kind, second, op.output)
    ):
        return ""
    if {(each.scale, each.zero_point) for each in (first, second)} != {(op.output.scale, op.output.zero_point)}:
        return "scales that differ"
    if op.operator.op == "SELECT" and condition.count != 1 and condition.shape != op.output.shape:
        return "a truth for each row"
    return BEYOND_RANK if len(op.output.shape) > RANK else None


def _computation(op: ModelOp) -> SelectSteps:
    sizes = (1,) * (RANK - len(op.output.shape)) + op.output.shape
    steps = tuple(_steps(op.input(number), sizes) for number in range(3))
    return SelectSteps(sizes, steps, SELECTABLE_KINDS[op.output.kind])


def _steps(tensor: Tensor, sizes: tuple[int, ...]) -> tuple[int, ...]:
    require(len(tensor.shape) <= RANK, "an input has more dimensions than the output")
    shape = (1,) * (RANK - len(tensor.shape)) + tensor.shape
    require(
        all(side in (1, size) for side, size in zip(shape, sizes, strict=True)),
        f"{list(tensor.shape)} does not give {list(sizes)}",
    )
    return tuple(0 if side == 1 else math.prod(shape[axis + 1 :]) for axis, side in enumerate(shape))


OPERATIONS = {name: OpKind(_refusal, _computation, operands=slice(3)) for name in ("SELECT", "SELECT_V2")}
