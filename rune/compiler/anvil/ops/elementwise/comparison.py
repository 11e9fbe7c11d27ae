"""EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL: a truth for two numbers, with broadcasting.

Bytes of int8 may have scales of their own: each, counted from its zero point and times 2**8, is multiplied by its
scale, rounded twice, and these are compared; int16 of one scale is compared as it is stored. Source: TFLite's kernel
`comparisons.cc` and its reference kernels `reference_ops::BroadcastComparison4DSlowWithScaling`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind
from rune.compiler.anvil.ops.elementwise.broadcast import BEYOND_RANK, RANK, Broadcast, broadcast
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT16, INT32, WITHOUT_SCALE, are, one_scale
from rune.compiler.anvil.requantisation.fixed_point import Integers, multiplier, rescale_twice, scale_of
from rune.model.tflite import Tensor, TensorKind

LEFT_SHIFT = 8


class Relation(Enum):
    """A relation of two numbers."""

    EQUAL = "equal"
    NOT_EQUAL = "not_equal"
    LESS = "less"
    LESS_EQUAL = "less_equal"
    GREATER = "greater"
    GREATER_EQUAL = "greater_equal"


_FUNCTIONS: Mapping[Relation, Callable[[Array, Array], Array]] = {
    Relation.EQUAL: np.equal,
    Relation.NOT_EQUAL: np.not_equal,
    Relation.LESS: np.less,
    Relation.LESS_EQUAL: np.less_equal,
    Relation.GREATER: np.greater,
    Relation.GREATER_EQUAL: np.greater_equal,
}

ELEMENTS = {FLOAT32: "float32", INT16: "int16", INT32: "int32", TensorKind.INT64: "int64", TensorKind.BOOL: "uint8"}
"""The kinds that are compared as they are stored, and what C calls them."""


@dataclass(frozen=True)
class ComparisonOp(Computation):
    """A comparison of stored numbers of the element."""

    comparison: Relation
    element: str
    shape: Broadcast

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (_FUNCTIONS[self.comparison](*self.shape.spread(*inputs)).astype(np.uint8),)


@dataclass(frozen=True, eq=False)
class CompareInt8(Computation):
    """The scaled value of each byte of an input, from -128 on."""

    comparison: Relation
    left: Integers
    right: Integers
    shape: Broadcast

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) + 128 for each in inputs))
        return (_FUNCTIONS[self.comparison](self.left[left], self.right[right]).astype(np.uint8),)


def _refusal(op: ModelOp) -> str | None:
    left, right = op.input(0), op.input(1)
    if not are(TensorKind.BOOL, op.output) or left.kind is not right.kind:
        return ""
    if are(INT8, left, right):
        if not one_scale(left, right):
            return WITHOUT_SCALE
        if max(scale_of(left)[0], scale_of(right)[0]) >= 1:
            return "a scale of at least 1"
    elif left.kind not in ELEMENTS or not are(left.kind, left, right):
        return ""
    elif left.kind is INT16 and op.operator.op in ("EQUAL", "NOT_EQUAL"):
        return "numbers that the reference rounds before it compares them"
    elif left.kind is INT16 and (left.scale, left.zero_point) != (right.scale, right.zero_point):
        return "scales that differ"
    return BEYOND_RANK if len(op.output.shape) > RANK else None


def _computation(op: ModelOp, comparison: Relation) -> Computation:
    left, right = op.input(0), op.input(1)
    shape = broadcast(left, right, op.output)
    if left.kind is INT8:
        return CompareInt8(comparison, _terms(left), _terms(right), shape)
    return ComparisonOp(comparison, ELEMENTS[left.kind], shape)


def _terms(tensor: Tensor) -> Integers:
    scale, zero_point = scale_of(tensor)
    by = multiplier(scale)
    numbers = (np.arange(-128, 128, dtype=np.int64) - zero_point) << LEFT_SHIFT
    return rescale_twice(numbers, np.array(by.mantissa), np.array(by.exponent))


OPERATIONS = {
    each.name: OpKind(_refusal, partial(_computation, comparison=each), operands=slice(2)) for each in Relation
}
