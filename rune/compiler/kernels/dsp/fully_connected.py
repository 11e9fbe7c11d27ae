"""FULLY_CONNECTED: four outputs' weights beside each other, and mantissas of 31 bits that are proved to be enough.

Weights that share one scale, as those of most models do, need a single mantissa.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rune.compiler.anvil.kernel_call import (
    ConstantPointer,
    InputPointer,
    KernelCall,
    KernelStructure,
    OutputPointer,
)
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.anvil.ops.numbers.rescaling import sum_bounds
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.anvil.requantisation.proven_integers import ProvenIntegers, prove_integers
from rune.compiler.kernels.dsp.rounding import LARGEST_SHIFT
from rune.compiler.kernels.packing import folded_bias, int8s, int32s

MANTISSA_BITS: Final = 31
_UPPER: Final = 32
"""Bits by which the upper half of a product is shifted already."""


def estimate(op: FullyConnectedInt8) -> Cost | None:
    if op.row_zero_point or proven_short(op) is None:
        return None
    return Cost(3 * op.multiply_accumulates // 2, op.rows.size)


def int8(op: FullyConnectedInt8) -> KernelCall:
    outputs, inputs = op.rows.shape
    bias = folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)
    return KernelCall(
        "rune_fully_connected_int8_dsp",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            ConstantPointer("uint32_t", packed_rows(op.weights)),
            int32s(np.append(bias, np.zeros(-outputs % 4, np.int64))),
            high_rounding(op),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
        ),
    )


def packed_rows(rows: Integers) -> bytes:
    """Weights [output, input] as bytes of [4 outputs][4 inputs][output][input], filled up with zeros."""
    outputs, inputs = rows.shape
    full = np.zeros((-(-outputs // 4) * 4, -(-inputs // 4) * 4), np.int8)
    full[:outputs, :inputs] = rows
    return full.reshape(-1, 4, full.shape[1] // 4, 4).transpose(0, 2, 1, 3).tobytes()


def high_rounding(op: FullyConnectedInt8) -> KernelStructure:
    """`struct rune_high_rounding` (high_rounding.h) of a layer whose estimate is not None."""
    integers = proven_short(op)
    if integers is None:
        raise ValueError("this layer's sums are not proven; its estimate says so")
    to, is_one = op.output, len({*zip(integers.mantissas, integers.shifts, strict=True)}) == 1
    some = slice(1) if is_one else slice(None)
    fields = (
        ("mantissa", int32s(integers.mantissas[some])),
        ("shift", int8s(integers.shifts[some] - _UPPER)),
        ("step", 0 if is_one else 1),
        ("zero_point", to.zero_point),
        ("minimum", to.minimum),
        ("maximum", to.maximum),
    )
    return KernelStructure("struct rune_high_rounding", fields)


def proven_short(op: FullyConnectedInt8) -> ProvenIntegers | None:
    """Mantissas and shifts that the kernel can take, where there are some."""
    to, sums = op.output, sum_bounds(op.weights, op.bias, op.input_zero_point)
    if max(-int(sums.least.min()), int(sums.greatest.max())) >= 2**31:
        return None
    least, most = to.minimum - to.zero_point, to.maximum - to.zero_point
    integers = prove_integers(op.scales, sums.least, sums.greatest, least, most, MANTISSA_BITS)
    if integers is None or integers.mantissas.max() >= 2**MANTISSA_BITS:
        return None
    is_short = (integers.shifts > _UPPER) & (integers.shifts <= _UPPER + LARGEST_SHIFT)
    return integers if is_short.all() else None


PACKERS = {FullyConnectedInt8: int8}
ESTIMATES = {FullyConnectedInt8: estimate}
