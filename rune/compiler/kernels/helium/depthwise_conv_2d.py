"""DEPTHWISE_CONV_2D with 3x3 taps: eight channels beside each other, their constants with the even channels first."""

from __future__ import annotations

from typing import Final

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.dsp.depthwise_conv_2d import settled_sums
from rune.compiler.kernels.m0plus import depthwise_conv_2d as m0plus
from rune.compiler.kernels.packing import folded_bias, int8s, int32s, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure

LANES: Final = 8
_EVEN_FIRST: Final = np.array([0, 2, 4, 6, 1, 3, 5, 7])
_BY_COLUMNS: Final = np.array([0, 3, 6, 1, 4, 7, 2, 5, 8])
"""Taps, column by column."""


def estimate(op: DepthwiseConv2DInt8) -> Cost | None:
    window, cost = op.window, m0plus.estimate(op)
    is_3x3 = (window.filter_height, window.filter_width, window.dilation_x) == (3, 3, 1)
    if cost is None or not is_3x3 or window.output_channels < LANES:
        return None
    return Cost(op.multiply_accumulates, cost.constants)


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    sums, window, width = settled_sums(op), op.window, op.window.reach[1]
    channels = window.output_channels
    firsts = np.minimum(np.arange(0, channels, LANES), channels - LANES)
    taps = [sums.weights[first : first + LANES, _BY_COLUMNS].T for first in firsts]
    order = (firsts[:, None] + _EVEN_FIRST).reshape(-1)
    return KernelCall(
        "rune_depthwise_conv_2d_int8_vectors",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int8_t", window.filter_height * width * window.input_channels),
            int8s(np.concatenate(taps)),
            int32s(folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point)[order]),
            filter_structure(window),
            two_roundings([sums.multipliers[channel] for channel in order], op.output),
            Number(width),
            Number(op.input_zero_point),
        ),
    )


PACKERS = {DepthwiseConv2DInt8: int8}
ESTIMATES = {DepthwiseConv2DInt8: estimate}
