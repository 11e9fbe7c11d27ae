"""LOGISTIC, TANH and HARD_SWISH of int8, each a table of 256 bytes, computed in the reference's fixed point.

LOGISTIC and TANH take Q4.27 numbers; beyond 15 they are at their ends. HARD_SWISH multiplies numbers of 16 bits.
Source: TFLite's reference kernels `reference_integer_ops::Logistic`, `Tanh` and `reference_ops::HardSwish`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rune.anvil.computation import Computation
from rune.anvil.fixed_point import Integers, multiplier, rescale_twice, scale_of
from rune.anvil.operation import Op, Operation, require
from rune.anvil.ops.byte_table import ByteTable
from rune.anvil.ops.fixed_point_exp import ONE, exponential, newton, rounded_shift
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.anvil.ops.unary_float32 import Unary, UnaryFloat32

_BYTES = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.int64)


def _refusal(op: Op) -> str | None:
    if are(FLOAT32, op.input(0), op.output):
        return None
    if not are(INT8, op.input(0), op.output):
        return ""
    return None if one_scale(op.input(0), op.output) else WITHOUT_SCALE


def _sigmoid_refusal(scale: float, zero_point: int) -> Callable[[Op], str | None]:
    """The scale and the zero point that the output must have."""

    def refusal(op: Op) -> str | None:
        why = _refusal(op)
        if why is not None or op.output.kind is FLOAT32:
            return why
        return None if scale_of(op.output) == (scale, zero_point) else f"an output that is not in units of {scale}"

    return refusal


def _inputs(op: Op) -> tuple[Integers, Integers]:
    """The bytes as Q4.27, and where they are beyond 16: -1, 0 or 1."""
    scale, zero_point = scale_of(op.input(0))
    numbers = _BYTES - zero_point
    rescale = multiplier(scale * 2**27)
    reach = (15 * 2**27) / 2.0**rescale.exponent
    beyond = np.where(numbers >= np.floor(reach), 1, np.where(numbers <= -np.floor(reach), -1, 0))
    within = np.where(beyond == 0, numbers, 0)
    return rescale_twice(within, np.array(rescale.mantissa), np.array(rescale.exponent)), beyond


def _logistic(op: Op) -> Integers:
    inputs, beyond = _inputs(op)
    above = np.minimum(newton(exponential(-np.abs(inputs), 4)) << 1, ONE)
    values = np.where(inputs == 0, 2**30, np.where(inputs > 0, above, ONE - above))
    return np.where(beyond == 0, np.clip(rounded_shift(values, 23) - 128, -128, 127), np.where(beyond > 0, 127, -128))


def _tanh(op: Op) -> Integers:
    inputs, beyond = _inputs(op)
    doubled = np.maximum(-np.abs(inputs), -(2**30)) << 1  # Q5.26 has the same bits as twice Q4.27
    magnitude = np.minimum((newton(exponential(doubled >> 1, 5)) - 2**29) << 2, ONE)
    values = np.where(inputs == 0, 0, np.sign(inputs) * magnitude)
    return np.where(beyond == 0, np.clip(rounded_shift(values, 24), -128, 127), np.where(beyond > 0, 127, -128))


def _hard_swish(op: Op) -> Integers:
    (scale, zero_point), (output_scale, output_zero_point) = scale_of(op.input(0)), scale_of(op.output)
    fine = np.float32(1 / 128) * np.float32(scale)
    numbers = (_BYTES - zero_point) << 7
    output = multiplier(float(fine / np.float32(output_scale)))
    gate = multiplier(float(fine / (np.float32(3) / np.float32(32768))))
    moved = _high_product_16(numbers, _to_16(output.mantissa))
    share = _saturated(numbers << max(gate.exponent - 1, 0))
    share = _high_product_16(share, _to_16(gate.mantissa))
    if gate.exponent > 0:
        share = _saturated(share << 1)
    elif gate.exponent < 0:
        share = rounded_shift(share, -gate.exponent)
    product = ((share + 2**15) >> 1) * moved
    product = np.sign(product) * (np.abs(product) >> 15)
    shifted = rounded_shift(product, -output.exponent) if output.exponent < 0 else product
    return np.clip(shifted + output_zero_point, -128, 127)


def _to_16(mantissa: int) -> int:
    return min((mantissa + 2**15) >> 16, 2**15 - 1)


def _saturated(values: Integers) -> Integers:
    return np.clip(values, -(2**15), 2**15 - 1)


def _high_product_16(left: Integers, right: int) -> Integers:
    """The product of Q0.15 numbers, rounded to nearest, halves away from zero."""
    product = left * right
    nudged = product + np.where(product >= 0, 2**14, 1 - 2**14)
    return np.asarray(np.sign(nudged) * (np.abs(nudged) >> 15), np.int64)


def _computation(function: Unary, table: Callable[[Op], Integers]) -> Callable[[Op], Computation]:
    def computation(op: Op) -> Computation:
        require(op.input(0).count == op.output.count, "input and output differ in size")
        if op.output.kind is FLOAT32:
            return UnaryFloat32.of(op, function)
        return ByteTable(op.output.count, table(op).astype(np.int8).view(np.uint8), (True, True))

    return computation


OPERATIONS = {
    "HARD_SWISH": Operation(_refusal, _computation(Unary.HARD_SWISH, _hard_swish)),
    "LOGISTIC": Operation(_sigmoid_refusal(1 / 256, -128), _computation(Unary.LOGISTIC, _logistic)),
    "TANH": Operation(_sigmoid_refusal(1 / 128, 0), _computation(Unary.TANH, _tanh)),
}
