"""FULLY_CONNECTED: weights as the model has them, biases that hold what the input's zero point adds."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.fully_connected import FullyConnectedFloat32, FullyConnectedInt8
from rune.anvil.program import Number
from rune.kernels.packing import float32s, folded_bias, int8s, int32s, one_rounding


def int8(op: FullyConnectedInt8) -> KernelCall:
    outputs, inputs = op.rows.shape
    return KernelCall(
        "rune_fully_connected_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            int8s(op.rows),
            int32s(folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)),
            one_rounding(op.multipliers, op.output),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.row_zero_point),
        ),
    )


def float32(op: FullyConnectedFloat32) -> KernelCall:
    outputs, inputs = op.weights.shape
    return KernelCall(
        "rune_fully_connected_float32",
        (
            Input(0, "float"),
            Output(0, "float"),
            float32s(op.weights),
            float32s(op.bias),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {FullyConnectedInt8: int8, FullyConnectedFloat32: float32}
