"""RSQRT of float32, and of int8 as a table of 256 bytes.

The root of a whole number is found in fixed point by Newton's method, five steps from 1, and brought to the output's
scale by a multiplier, both rounded twice. Of 0 it gives the greatest byte. A number below zero would end the run: a
tensor of int8 that can hold one is refused. Source: TFLite's kernel `elementwise.cc` (`RsqrtEvalQuantized`) and
`GetInvSqrtQuantizedMultiplierExp` of `internal/common.cc`.
"""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFloat32, UnaryFunction
from rune.compiler.anvil.ops.numbers.byte_table import BYTES, ByteTable
from rune.compiler.anvil.ops.numbers.fixed_point_exp import high_product, rounded_shift
from rune.compiler.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.compiler.anvil.requantisation.fixed_point import Integers, multiplier, rescale_twice, scale_of

_FINER = 20
"""Binary places that a root is kept with."""
_ONE = 2**28
"""1 as Q3.28."""
_ONE_AND_A_HALF = 2**28 + 2**27
_HALF_OF_ROOT_OF_2 = 1518500250
"""Half of the root of 2 as Q0.31."""


def refusal(op: ModelOp) -> str | None:
    if are(FLOAT32, op.input(0), op.output):
        return None
    if not are(INT8, op.input(0), op.output) or op.is_unsigned:
        return ""
    if not one_scale(op.input(0), op.output):
        return WITHOUT_SCALE
    return None if scale_of(op.input(0))[1] == -128 else "numbers below zero, which would end the run"


def computation(op: ModelOp) -> Computation:
    require(op.input(0).count == op.output.count, "input and output differ in size")
    if op.output.kind is FLOAT32:
        return UnaryFloat32.of(op, UnaryFunction.RSQRT)
    return ByteTable(op.output.count, _table(op).astype(np.int8).view(np.uint8), (True, True))


def _table(op: ModelOp) -> Integers:
    (scale, zero_point), (output_scale, output_zero_point) = scale_of(op.input(0)), scale_of(op.output)
    to_output = multiplier(1.0 / float(np.sqrt(np.float32(scale)) * np.float32(output_scale)))
    mantissas, exponents = inverse_roots(BYTES.astype(np.int64) - zero_point)
    fine = rescale_twice(np.ones(256, np.int64), mantissas, exponents + _FINER)
    results = rescale_twice(fine, np.array(to_output.mantissa), np.array(to_output.exponent - _FINER))
    return np.where(zero_point == BYTES, 127, np.clip(results + output_zero_point, -128, 127))


def inverse_roots(numbers: Integers) -> tuple[Integers, Integers]:
    """1 / sqrt(number) of whole numbers below 2**29, as mantissas and exponents; of 0 what there is of 1."""
    above = np.maximum(numbers, 2)
    _, lengths = np.frexp(above.astype(np.float64))  # in binary places
    pairs = (31 - lengths.astype(np.int64)) // 2 - 1
    half = rounded_shift(above << 2 * pairs >> 1, 1)
    x: Integers = np.full(numbers.shape, _ONE, np.int64)
    for _ in range(5):
        cube = high_product(high_product(x, x), x) << 6
        x = (high_product(_ONE_AND_A_HALF, x) - high_product(half, cube)) << 3
    exponents = pairs - 11
    mantissas = high_product(x, _HALF_OF_ROOT_OF_2) << np.maximum(exponents, 0)
    is_one = numbers <= 1
    return np.where(is_one, 2**31 - 1, mantissas), np.where(is_one, 0, np.minimum(exponents, 0))


OPERATIONS = {"RSQRT": OpKind(refusal, computation)}
