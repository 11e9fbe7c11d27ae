"""DEPTHWISE_CONV_2D: weights packed for 8 channels and two taps at a time."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DFloat32, DepthwiseConv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.simd128.conv_2d import STORING
from rune.compiler.kernels.simd128.requantization import convolution_rounding, sums_of
from rune.compiler.kernels.simd128.rows import RowKernels

FEW_TAPS = 25
"""The taps up to which their pointers need no scratch (RUNE_FEW_TAPS)."""

POINTER_SIZE = 8
"""Bytes of a pointer on the widest target."""


SUMMING = 10
"""Instructions that add a pair of taps to the sums of a pixel in 8 channels."""
CODE = 1450
"""Bytes of code that a layer has for itself."""


def int8_cost(op: DepthwiseConv2DInt8) -> Cost:
    """Returns the cost by tiles of 8 channels."""
    count, channels = op.taps.shape
    eights, pairs = -(-channels // 8), -(-count // 2)
    return Cost(op.window.positions * eights * (pairs * SUMMING + STORING), eights * pairs * 16 + CODE)


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    count, channels = op.taps.shape
    rows = RowKernels.under(op.window, -(-channels // 8) * 8)
    sums = sums_of(op.weights.T, op.bias, op.input_zero_point)
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    return KernelCall(
        "rune_depthwise_conv_2d_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int16_t", rows.ring_size(2)),
            Scratch("const int16_t *", count * POINTER_SIZE if count > FEW_TAPS else 0),
            ConstantPointer("int8_t", packed_pairs(op, rows.row_channels)),
            bias,
            rows.structure(),
            requantize,
            Number(op.input_zero_point),
            Number(channels // op.window.input_channels),
            Number(op.tap_zero_point),
        ),
        proof,
    )


def packed_pairs(op: DepthwiseConv2DInt8, row_channels: int) -> bytes:
    """[tap, channel] to bytes of [8 channels][pair of taps][channel][2], filled up with what counts nothing."""
    count, channels = op.taps.shape
    full = np.full((-(-count // 2) * 2, row_channels), op.tap_zero_point, np.int8)
    full[:count, :channels] = op.taps
    return full.reshape(-1, 2, row_channels // 8, 8).transpose(2, 0, 3, 1).tobytes()


def float32(op: DepthwiseConv2DFloat32) -> KernelCall:
    count, channels = op.taps.shape
    rows = RowKernels.under(op.window, -(-channels // 8) * 8)
    full = np.zeros((count, rows.row_channels), np.float32)
    full[:, :channels] = op.taps
    bias = np.zeros(rows.row_channels, np.float32)
    bias[:channels] = op.bias
    return KernelCall(
        "rune_depthwise_conv_2d_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Scratch("float", rows.ring_size(4)),
            ConstantPointer("float", full.astype("<f4").tobytes()),
            ConstantPointer("float", bias.astype("<f4").tobytes()),
            rows.structure(),
            Number(channels // op.window.input_channels),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {DepthwiseConv2DInt8: int8, DepthwiseConv2DFloat32: float32}
ESTIMATES = {DepthwiseConv2DInt8: int8_cost}
