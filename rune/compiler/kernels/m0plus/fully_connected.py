"""FULLY_CONNECTED: weights as the model has them, outputs filled up to fours; rounded as by `dsp`."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.fully_connected import FullyConnectedInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.dsp.fully_connected import high_rounding, proven_short
from rune.compiler.kernels.m0plus.conv_2d import SUMS
from rune.compiler.kernels.packing import folded_bias, int8s, int32s


def estimate(op: FullyConnectedInt8) -> Cost | None:
    if op.row_zero_point or proven_short(op) is None:
        return None
    return Cost(4 * op.multiply_accumulates, op.rows.size)


def int8(op: FullyConnectedInt8) -> KernelCall:
    outputs, inputs = op.rows.shape
    more = -outputs % SUMS
    return KernelCall(
        "rune_fully_connected_int8_by_fours",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            int8s(np.pad(op.rows, ((0, more), (0, 0)))),
            int32s(np.pad(folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point), (0, more))),
            high_rounding(op),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
        ),
    )


PACKERS = {FullyConnectedInt8: int8}
ESTIMATES = {FullyConnectedInt8: estimate}
