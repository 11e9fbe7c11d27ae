"""FULLY_CONNECTED: int8 in rows of weights padded to 8 inputs, four rows at a time; floats as the model has them."""

from __future__ import annotations

import numpy as np

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.fully_connected import FullyConnectedFloat32, FullyConnectedInt8
from rune.anvil.program import Number
from rune.kernels.packing import folded_bias, int8s, int32s, nearest_rounding
from rune.kernels.portable.fully_connected import float32


def int8(op: FullyConnectedInt8) -> KernelCall:
    outputs, inputs = op.rows.shape
    rows = np.full((max(outputs, 4), -(-inputs // 8) * 8), op.row_zero_point, np.int8)
    rows[:outputs, :inputs] = op.rows
    return KernelCall(
        "rune_fully_connected_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            int8s(rows),
            int32s(folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)),
            nearest_rounding(op.scales, op.output.zero_point, op.output.minimum, op.output.maximum),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.row_zero_point),
        ),
    )


PACKERS = {FullyConnectedInt8: int8, FullyConnectedFloat32: float32}
