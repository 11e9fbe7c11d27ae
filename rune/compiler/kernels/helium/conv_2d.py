"""CONV_2D: weights as the model has them, channels filled up to fours."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.fixed_point import Multiplier
from rune.compiler.kernels.dsp.conv_2d import as_one_row, settled_sums
from rune.compiler.kernels.dsp.rounding import are_short
from rune.compiler.kernels.m0plus.conv_2d import SUMS
from rune.compiler.kernels.packing import folded_bias, int8s, int32s, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure

NOTHING = Multiplier(0, -1)
"""The multiplier of channels that are filled up."""


def estimate(op: Conv2DInt8) -> Cost | None:
    if op.filter_zero_point or not are_short(settled_sums(op)):
        return None
    return Cost(op.multiply_accumulates // 4, op.filters.size)


def int8(op: Conv2DInt8) -> KernelCall:
    sums = settled_sums(op)
    channels, count = sums.weights.shape
    more = -channels % SUMS
    bias = folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point)
    return KernelCall(
        "rune_conv_2d_int8_vectors",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int8_t", count),
            int8s(np.pad(sums.weights, ((0, more), (0, 0)))),
            int32s(np.pad(bias, (0, more))),
            filter_structure(as_one_row(op.window)),
            two_roundings([*sums.multipliers, *[NOTHING] * more], op.output),
            Number(op.input_zero_point),
        ),
    )


PACKERS = {Conv2DInt8: int8}
ESTIMATES = {Conv2DInt8: estimate}
