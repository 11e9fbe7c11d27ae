"""DEPTHWISE_CONV_2D of int8: weights packed for 8 channels and four rows at a time."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.relaxed.offset_sums import counted_sums
from rune.compiler.kernels.simd128.requantization import convolution_rounding
from rune.compiler.kernels.simd128.rows import RowKernels


def int8_cost(op: DepthwiseConv2DInt8) -> Cost | None:
    """A channel of its own for each that is read; the set below has the others."""
    return Cost(0, 0) if op.window.input_channels == op.window.output_channels else None


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    channels = op.window.output_channels
    rows = RowKernels.under(op.window, -(-channels // 8) * 8)
    sums = counted_sums(op.weights.T, op.bias, op.input_zero_point)
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    groups = -(-op.window.filter_height // 4)
    return KernelCall(
        "rune_relaxed_depthwise_conv_2d_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("uint8_t", rows.width * groups * 32),
            Scratch("int8_t", rows.row_channels),
            ConstantPointer("int8_t", _packed(op, groups, rows.row_channels)),
            bias,
            rows.structure(),
            requantize,
            Number(op.input_zero_point),
            Number(op.tap_zero_point),
        ),
        proof,
    )


def _packed(op: DepthwiseConv2DInt8, groups: int, row_channels: int) -> bytes:
    """[tap, channel] to bytes of [8 channels][filter column][group of four rows][channel][4], filled up with the zero
    point, which counts nothing."""
    height, width = op.window.filter_height, op.window.filter_width
    full = np.full((4 * groups, width, row_channels), op.tap_zero_point, np.int8)
    full[:height, :, : op.window.output_channels] = op.taps.reshape(height, width, -1)
    return full.reshape(groups, 4, width, -1, 8).transpose(3, 2, 0, 4, 1).tobytes()


PACKERS = {DepthwiseConv2DInt8: int8}
ESTIMATES = {DepthwiseConv2DInt8: int8_cost}
