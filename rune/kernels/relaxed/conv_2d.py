"""CONV_2D of int8: weights packed for tiles of 8 channels, four numbers under the filter at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rune.anvil.kernel_call import Constant, Input, KernelCall, KernelStructure, Output, Scratch
from rune.anvil.ops.conv_2d import Conv2DInt8
from rune.anvil.program import Number
from rune.kernels.relaxed.counted import counted_sums
from rune.kernels.simd128.conv_2d import is_pointwise, pointwise_block, segments_of
from rune.kernels.simd128.requantization import convolution_rounding
from rune.kernels.simd128.rows import Rows


def int8(op: Conv2DInt8) -> KernelCall:
    sums = counted_sums(op.weights, op.bias, op.input_zero_point)
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    if is_pointwise(op.window):
        return replace(_pointwise(op, bias, requantize), proof=proof)
    rows = Rows.under(op.window, op.window.input_channels)
    return KernelCall(
        "rune_relaxed_conv_2d_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("uint8_t", rows.ring_size(1)),
            Constant("int8_t", packed_fours(segments_of(op.window, op.filters), op.filter_zero_point)),
            bias,
            rows.structure(),
            requantize,
            Number(op.input_zero_point),
            Number(op.filter_zero_point),
        ),
        proof,
    )


def _pointwise(op: Conv2DInt8, bias: Constant, requantize: KernelStructure) -> KernelCall:
    pixels, inputs = op.window.positions, op.window.input_channels
    block = pointwise_block(pixels, inputs)
    weights = packed_fours(op.filters.reshape(len(op.filters), 1, inputs), op.filter_zero_point)
    return KernelCall(
        "rune_relaxed_pointwise_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("uint8_t", block * inputs + 16),
            Constant("int8_t", weights),
            bias,
            requantize,
            Number(pixels),
            Number(inputs),
            Number(op.window.output_channels),
            Number(block),
            Number(op.filter_zero_point),
        ),
    )


def packed_fours(segments: NDArray[np.generic], zero_point: int) -> bytes:
    """[channel, segment, number] to bytes of [8 channels][segment][four numbers][channel][4], filled up with
    `zero_point`, which counts nothing."""
    channels, count, length = segments.shape
    full = np.full((-(-channels // 8) * 8, count, -(-length // 4) * 4), zero_point, np.int8)
    full[:channels, :, :length] = segments
    return full.reshape(-1, 8, count, full.shape[2] // 4, 4).transpose(0, 2, 3, 1, 4).tobytes()


PACKERS = {Conv2DInt8: int8}
