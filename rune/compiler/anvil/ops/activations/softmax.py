"""SOFTMAX over the last dimension: e**((number - largest) * beta) over the row's sum of these.

int8 is computed in fixed point; the exponentials come from a table of the 256 possible differences. int16 has two
tables with straight lines between their entries: e**x from -10 to 0, and 1 / (1 + x) from 0 to 1. Source: TFLite's
reference kernels `reference_ops::Softmax` and `SoftmaxInt16` and `PreprocessSoftmaxScaling`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rune import arithmetic
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.fixed_point_exp import exponential, high_product, reciprocal, rounded_shift
from rune.compiler.anvil.ops.numbers.interpolated_table import GREATEST, LEAST, looked_up, populated
from rune.compiler.anvil.ops.numbers.rescaling import precision, rescaled_twice
from rune.compiler.anvil.ops.types import (
    BEYOND_32_BITS,
    FLOAT32,
    INT8,
    INT16,
    WITHOUT_SCALE,
    are,
    one_scale,
    scale_refusal,
)
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, multiplier, scale_of
from rune.model.profile import TFLM, Profile
from rune.model.tflite import SoftmaxOptions

LONGEST_ROW = 4095
"""Numbers of which the sum of exponentials stays within Q12.19."""


LONGEST_ROW_INT16 = 65535
"""Numbers of which the sum of exponentials stays within 31 bits."""


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


@dataclass(frozen=True, eq=False)
class SoftmaxInt16(Computation):
    """The multiplier brings a difference to 10 / 65535. Exponentials and the output count 1/32768. `reciprocals` are
    1 / (1 + x) of numbers from 0 to 1 that lie 1 / 65535 apart."""

    rows: int
    columns: int
    multiplier: Multiplier
    reciprocals: NDArray[np.int16]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = inputs[0].reshape(self.rows, self.columns).astype(np.int64)
        below = numbers - numbers.max(axis=1, keepdims=True)
        units = rescaled_twice(below[..., None], [self.multiplier])[..., 0] + GREATEST
        terms = looked_up(np.clip(units, LEAST, GREATEST), table_of_exponentials())
        sums = terms.sum(axis=1, keepdims=True)
        bits = np.array([int(each).bit_length() for each in sums.flat], np.int64).reshape(sums.shape)
        fractions = ((sums << (31 - bits)) + 2**13) >> 14  # from 1 to 2, in units of 2**-16
        scales = looked_up(np.clip(fractions - 2**16 - 2**15, LEAST, GREATEST), self.reciprocals)
        shares = (terms * scales + (np.int64(1) << (bits - 2))) >> (bits - 1)
        return (np.clip(shares, 0, GREATEST).astype(np.int16),)


@cache
def table_of_exponentials() -> NDArray[np.int16]:
    """e**x of numbers from -10 to 0 that lie 10 / 65535 apart."""
    exponentials = np.vectorize(arithmetic.exp, otypes=[np.float64])
    return populated(exponentials, (10 / 65535, GREATEST), (2 / 65535, 0), np.float64)


def table_of_reciprocals(profile: Profile) -> NDArray[np.int16]:
    """Two entries of TFLite Micro's differ, which it computes in single precision."""
    kind = np.float32 if profile is TFLM else np.float64
    return populated(lambda x: kind(1) / (kind(1) + x), (1 / 65535, LEAST), (2 / 65535, 0), kind)


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


def refusal(op: ModelOp) -> str | None:
    input_, output = op.input(0), op.output
    if are(INT16, input_, output):
        return _int16_refusal(op)
    if are(INT8, input_, output):
        if not one_scale(input_, output):
            return WITHOUT_SCALE
        if scale_of(output) != (1 / 256, -128):
            return "an output that is not in units of 1/256"
        if _multiplier(op) <= 1:
            return "a scale that is too small"
        return f"rows of more than {LONGEST_ROW:,} numbers" if input_.shape and input_.shape[-1] > LONGEST_ROW else None
    return None if are(FLOAT32, input_, output) else ""


def _int16_refusal(op: ModelOp) -> str | None:
    source, output = op.input(0), op.output
    why = scale_refusal(source, output)
    if why is not None:
        return why
    if scale_of(output) != (2.0**-15, 0):
        return "an output that is not in units of 1/32768"
    if source.shape and source.shape[-1] > LONGEST_ROW_INT16:
        return f"rows of more than {LONGEST_ROW_INT16:,} numbers"
    return BEYOND_32_BITS if 65535 << max(_int16_multiplier(op).exponent, 0) >= 2**31 else None


def _int16_multiplier(op: ModelOp) -> Multiplier:
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    number = precision(op)
    scale = number(scale_of(op.input(0))[0]) * number(op.operator.options.beta)
    return multiplier(float(scale) / (10 / 65535))


def _multiplier(op: ModelOp) -> float:
    """Returns the multiplier from a difference of bytes to Q5.26."""
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    return min(op.operator.options.beta * scale_of(op.input(0))[0] * 2**26, 2**31 - 1.0)


def _exponentials(op: ModelOp) -> Integers:
    scale = multiplier(_multiplier(op))
    reach = 31 * 2**26 >> scale.exponent
    differences = np.arange(256, dtype=np.int64)
    within = np.minimum(differences, reach)  # the shift of a greater one would leave 32 bits
    exponentials = exponential(high_product(-within << scale.exponent, scale.mantissa))
    return np.where(differences > reach, 0, exponentials)


def computation(op: ModelOp) -> SoftmaxInt8 | SoftmaxInt16 | SoftmaxFloat32:
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    input_, output = op.input(0), op.output
    require(len(input_.shape) > 0 and input_.shape[-1] > 0, "the input has no last dimension")
    require(input_.shape == output.shape, "the output's shape is not the input's")
    columns = input_.shape[-1]
    rows = input_.count // columns
    if input_.kind is FLOAT32:
        return SoftmaxFloat32(rows, columns, op.operator.options.beta)
    if input_.kind is INT16:
        return SoftmaxInt16(rows, columns, _int16_multiplier(op), table_of_reciprocals(op.profile))
    return SoftmaxInt8(rows, columns, _exponentials(op))


OPERATIONS = {"SOFTMAX": OpKind(refusal, computation)}
