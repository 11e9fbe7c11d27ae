"""DEPTHWISE_CONV_2D with 3x3 taps: the taps of a channel as the pairs of 16 bits that it is multiplied by.

The pairs take 20 bytes where the taps take 9: made anew for each row they would cost more than a row of few pixels.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.dsp.rounding import ChannelSums, are_short, ending, settled
from rune.compiler.kernels.packing import folded_bias, int32s, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure

GROUP: Final = 4
"""Channels that are widened at a time."""
_TAP_PAIRS: Final = ((0, 3), (1, 4), (2, 5), (6, 7), (7, 8))
"""The taps of RUNE_TAP_WORDS, row by row from 0."""


def estimate(op: DepthwiseConv2DInt8) -> Cost | None:
    window = op.window
    is_3x3 = (window.filter_height, window.filter_width, window.dilation_x) == (3, 3, 1)
    is_near = window.stride_x in (1, 2) and window.input_channels == window.output_channels >= GROUP
    if not is_3x3 or not is_near or op.tap_zero_point or not are_short(settled_sums(op)):
        return None
    return Cost(3 * op.multiply_accumulates, 20 * window.output_channels)


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    sums, pairs = settled_sums(op), _column_pairs(op.window)
    taps = sums.weights.astype("<i2")[:, np.array(_TAP_PAIRS).reshape(-1)]
    return KernelCall(
        f"rune_depthwise_conv_2d_int8_by_{op.window.stride_x}{ending(op.output)}",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("uint32_t", 4 * (GROUP * pairs * 3 + op.window.output_width + 1)),
            ConstantPointer("uint32_t", taps.tobytes()),
            int32s(folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point)),
            filter_structure(op.window),
            two_roundings(sums.multipliers, op.output),
            Number(pairs),
            Number(op.input_zero_point),
        ),
    )


def settled_sums(op: DepthwiseConv2DInt8) -> ChannelSums:
    """Returns the sums of its channels; constant ones as plain numbers."""
    return settled(ChannelSums(op.weights.T, op.bias, op.multipliers, op.input_zero_point), op.output)


def _column_pairs(window: Window) -> int:
    """Columns that the taps meet, by two."""
    return -(-((window.output_width - 1) * window.stride_x + 3) // 2)


PACKERS = {DepthwiseConv2DInt8: int8}
ESTIMATES = {DepthwiseConv2DInt8: estimate}
