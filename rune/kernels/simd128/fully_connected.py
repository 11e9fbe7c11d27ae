"""FULLY_CONNECTED: at least four rows of weights, those of int8 padded to 8 inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.fully_connected import FullyConnectedFloat32, FullyConnectedInt8
from rune.anvil.program import Number
from rune.kernels.packing import float32s, folded_bias, int8s, int32s, nearest_rounding

TOGETHER = 4
"""Outputs that are computed at a time."""


def int8(op: FullyConnectedInt8) -> KernelCall:
    outputs, inputs = op.rows.shape
    rows = np.full((max(outputs, TOGETHER), -(-inputs // 8) * 8), op.row_zero_point, np.int8)
    rows[:outputs, :inputs] = op.rows
    bias = folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)
    scales = (*op.scales, *(0.0,) * (TOGETHER - outputs))
    return KernelCall(
        "rune_fully_connected_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            int8s(rows),
            int32s(_filled(bias)),
            nearest_rounding(scales, op.output.zero_point, op.output.minimum, op.output.maximum),
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
            float32s(_filled(op.weights)),
            float32s(_filled(op.bias)),
            Number(op.batches),
            Number(inputs),
            Number(outputs),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


def _filled(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """With rows of zeros up to those that are computed at a time."""
    missing = max(0, TOGETHER - len(values))
    return np.concatenate([values, np.zeros((missing, *values.shape[1:]), values.dtype)]) if missing else values


PACKERS = {FullyConnectedInt8: int8, FullyConnectedFloat32: float32}
