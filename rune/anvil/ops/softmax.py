"""SOFTMAX over the last dimension: e**((number - largest) * beta) over the row's sum of these.

int8 is computed in fixed point; the exponentials come from a table of the 256 possible differences. Source: TFLite's
reference kernel `reference_ops::Softmax` and `PreprocessSoftmaxScaling`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.anvil.computation import Array, Computation
from rune.anvil.fixed_point import Integers, multiplier, scale_of
from rune.anvil.operation import Op, Operation, require
from rune.anvil.ops.fixed_point_exp import exponential, high_product, reciprocal, rounded_shift
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.tflite import SoftmaxOptions

LONGEST_ROW = 4095
"""Numbers of which the sum of exponentials stays within Q12.19."""


@dataclass(frozen=True, eq=False)
class SoftmaxInt8(Computation):
    """`exponentials[d]` is e**(-d * input scale * beta) as Q0.31, for a number d below its row's largest; 0 where the
    reference takes it for zero. The output's scale is 1/256 and its zero point -128."""

    rows: int
    columns: int
    exponentials: Integers

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.columns).astype(np.int64)
        terms = self.exponentials[numbers.max(axis=1, keepdims=True) - numbers]
        scales, bits = reciprocal(rounded_shift(terms, 12).sum(axis=1, keepdims=True))
        shares = rounded_shift(high_product(scales, terms), bits + 23)
        return (np.minimum(shares - 128, 127).astype(np.int8),)


@dataclass(frozen=True)
class SoftmaxFloat32(Computation):
    """e**((number - largest) * beta) over the row's sum of these."""

    rows: int
    columns: int
    beta: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.columns).astype(np.float64)
        terms = np.exp((numbers - numbers.max(axis=1, keepdims=True)) * self.beta)
        return ((terms / terms.sum(axis=1, keepdims=True)).astype(np.float32),)


def refusal(op: Op) -> str | None:
    input_, output = op.input(0), op.output
    if are(INT8, input_, output):
        if not one_scale(input_, output):
            return WITHOUT_SCALE
        if scale_of(output) != (1 / 256, -128):
            return "an output that is not in units of 1/256"
        if _multiplier(op) <= 1:
            return "a scale that is too small"
        return f"rows of more than {LONGEST_ROW:,} numbers" if input_.shape and input_.shape[-1] > LONGEST_ROW else None
    return None if are(FLOAT32, input_, output) else ""


def _multiplier(op: Op) -> float:
    """From a difference of bytes to Q5.26."""
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    return min(op.operator.options.beta * scale_of(op.input(0))[0] * 2**26, 2**31 - 1.0)


def _exponentials(op: Op) -> Integers:
    scale = multiplier(_multiplier(op))
    reach = 31 * 2**26 >> scale.exponent
    differences = np.arange(256, dtype=np.int64)
    within = np.minimum(differences, reach)  # the shift of a greater one would leave 32 bits
    exponentials = exponential(high_product(-within << scale.exponent, scale.mantissa))
    return np.where(differences > reach, 0, exponentials)


def computation(op: Op) -> SoftmaxInt8 | SoftmaxFloat32:
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    input_, output = op.input(0), op.output
    require(len(input_.shape) > 0 and input_.shape[-1] > 0, "the input has no last dimension")
    require(input_.shape == output.shape, "the output's shape is not the input's")
    columns = input_.shape[-1]
    rows = input_.count // columns
    if input_.kind is FLOAT32:
        return SoftmaxFloat32(rows, columns, op.operator.options.beta)
    return SoftmaxInt8(rows, columns, _exponentials(op))


OPERATIONS = {"SOFTMAX": Operation(refusal, computation)}
