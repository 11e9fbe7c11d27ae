"""LOGISTIC, TANH and HARD_SWISH of int8, each a table of 256 bytes. Of int16, see `sigmoid_int16`.

LOGISTIC and TANH are functions of floats of single precision, rounded to the nearest byte, halves away from zero; in
TFLite Micro they are computed in fixed point. HARD_SWISH multiplies numbers of 16 bits in fixed point. Source: TFLite's
`LUTPopulate` (`activations.cc`, `internal/common.h`) and its reference kernel `reference_ops::HardSwish`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.sigmoid_int16 import logistic, sigmoid_refusal, tanh
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFloat32, UnaryFunction
from rune.compiler.anvil.ops.activations.unary_int16 import with_int16
from rune.compiler.anvil.ops.numbers import fixed_point_exp
from rune.compiler.anvil.ops.numbers.byte_table import BYTES, ByteTable, in_floats
from rune.compiler.anvil.ops.numbers.fixed_point_exp import rounded_shift
from rune.compiler.anvil.ops.numbers.float_functions import exp
from rune.compiler.anvil.ops.numbers.rescaling import multipliers_of, rescaled_twice
from rune.compiler.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.compiler.anvil.requantisation.fixed_point import Integers, multiplier, scale_of
from rune.model.profile import TFLM


def _refusal(op: ModelOp) -> str | None:
    if are(FLOAT32, op.input(0), op.output):
        return None
    if not are(INT8, op.input(0), op.output):
        return ""
    return None if one_scale(op.input(0), op.output) else WITHOUT_SCALE


def _sigmoid_refusal(scale: float, zero_point: int) -> Callable[[ModelOp], str | None]:
    """The scale and the zero point that the output must have."""

    def refusal(op: ModelOp) -> str | None:
        why = _refusal(op)
        if why is not None or op.output.kind is FLOAT32:
            return why
        return None if scale_of(op.output) == (scale, zero_point) else f"an output that is not in units of {scale}"

    return refusal


def _in_fixed_point(op: ModelOp, function: Callable[[Integers], Integers], output_bits: int) -> Integers:
    """The bytes of a function as TFLite Micro computes it: of Q4.27, with so many bits behind the point that remain.
    Source: its `logistic_common.cc` and `tanh.cc`, and `reference_integer_ops::Logistic` and `Tanh`."""
    (scale, zero_point), output_zero_point = scale_of(op.input(0)), scale_of(op.output)[1]
    by, numbers = multiplier(scale * 2**27), BYTES - zero_point
    reach = int(15 * 2**27 / 2.0**by.exponent)
    within = np.clip(numbers, -reach, reach)
    results = rounded_shift(function(rescaled_twice(within[:, None], [by])[:, 0]), 31 - output_bits)
    ends = np.where(numbers < 0, -128, 127)
    return np.where(np.abs(numbers) >= reach, ends, np.clip(results + output_zero_point, -128, 127))


def _logistic(op: ModelOp) -> Integers:
    if op.profile is TFLM:
        return _in_fixed_point(op, fixed_point_exp.logistic, 8)
    return in_floats(op, lambda x: np.float32(1) / (np.float32(1) + _exp(-x).astype(np.float32)))


def _tanh(op: ModelOp) -> Integers:
    if op.profile is TFLM:
        return _in_fixed_point(op, fixed_point_exp.tanh, 7)
    return in_floats(op, lambda x: (1 - 2 / (_exp(2 * x.astype(np.float64)) + 1)).astype(np.float32))


def _exp(values: Array) -> Array:
    """Returns e**x; beyond the greatest float of single precision the quotient is 0 all the same."""
    return exp(np.minimum(values, 88))


def _hard_swish(op: ModelOp) -> Integers:
    (scale, zero_point), (output_scale, output_zero_point) = scale_of(op.input(0)), scale_of(op.output)
    fine = np.float32(1 / 128) * np.float32(scale)
    numbers = (BYTES - zero_point) << 7
    with np.errstate(over="ignore"):
        quotients = [float(fine / np.float32(output_scale)), float(fine / (np.float32(3) / np.float32(32768)))]
    output, gate = multipliers_of(quotients)
    require(output.exponent <= 0, "its scales are too far apart")
    product_16 = _high_product_16(numbers, _to_16(output.mantissa))
    share = _saturated(numbers << max(gate.exponent - 1, 0))
    share = _high_product_16(share, _to_16(gate.mantissa))
    if gate.exponent > 0:
        share = _saturated(share << 1)
    elif gate.exponent < 0:
        share = rounded_shift(share, -gate.exponent)
    product = ((share + 2**15) >> 1) * product_16
    product = np.sign(product) * (np.abs(product) >> 15)
    result = rounded_shift(product, -output.exponent) if output.exponent < 0 else product
    return np.clip(result + output_zero_point, -128, 127)


def _to_16(mantissa: int) -> int:
    return min((mantissa + 2**15) >> 16, 2**15 - 1)


def _saturated(values: Integers) -> Integers:
    return np.clip(values, -(2**15), 2**15 - 1)


def _high_product_16(left: Integers, right: int) -> Integers:
    """The product of Q0.15 numbers, rounded to nearest, halves away from zero."""
    product = left * right
    nudged_product = product + np.where(product >= 0, 2**14, 1 - 2**14)
    return np.asarray(np.sign(nudged_product) * (np.abs(nudged_product) >> 15), np.int64)


def _computation(function: UnaryFunction, table: Callable[[ModelOp], Integers]) -> Callable[[ModelOp], Computation]:
    def computation(op: ModelOp) -> Computation:
        require(op.input(0).count == op.output.count, "input and output differ in size")
        if op.output.kind is FLOAT32:
            return UnaryFloat32.of(op, function)
        return ByteTable(op.output.count, table(op).astype(np.int8).view(np.uint8), (True, True))

    return computation


OPERATIONS = {
    "HARD_SWISH": OpKind(_refusal, _computation(UnaryFunction.HARD_SWISH, _hard_swish)),
    "LOGISTIC": with_int16(
        OpKind(_sigmoid_refusal(1 / 256, -128), _computation(UnaryFunction.LOGISTIC, _logistic)),
        logistic,
        sigmoid_refusal,
    ),
    "TANH": with_int16(
        OpKind(_sigmoid_refusal(1 / 128, 0), _computation(UnaryFunction.TANH, _tanh)), tanh, sigmoid_refusal
    ),
}
