"""CONV_2D: weights of two channels beside each other, in the order in which one instruction widens bytes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.kernels.dsp.fully_connected import packed_rows
from rune.compiler.kernels.dsp.rounding import ChannelSums, are_short, ending, settled
from rune.compiler.kernels.packing import folded_bias, int32s, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure

TILE_PIXELS: Final = 4
"""RUNE_TILE_PIXELS of tile.h."""
_PAIR_ORDER: Final = (0, 2, 1, 3)
"""Says which of four numbers follow each other in words."""


def estimate(op: Conv2DInt8) -> Cost | None:
    if op.filter_zero_point or not are_short(settled_sums(op)):
        return None
    # The weights of four pixels are widened once.
    widening = op.multiply_accumulates // 2 if is_one_pixel(op.window) else 0
    results = op.window.positions * op.window.output_channels
    return Cost(op.multiply_accumulates + widening + 12 * results, op.filters.size)


def int8(op: Conv2DInt8) -> KernelCall:
    window = as_one_row(op.window)
    sums = settled_sums(op)
    if is_one_pixel(window):
        return _of_pixels(op, sums)
    filters = packed_weights(sums.weights.reshape(op.filters.shape))
    row_bytes = window.filter_width * window.input_channels
    pixels = min(TILE_PIXELS, window.output_width)
    return KernelCall(
        f"rune_conv_2d_int8_dsp{ending(op.output)}",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("uint32_t", filters.shape[1] * pixels * 4 + row_bytes),
            ConstantPointer("uint32_t", filters.tobytes()),
            int32s(np.append(folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point), 0)),
            filter_structure(window),
            two_roundings(sums.multipliers, op.output),
            Number(filters.shape[1]),
            Number(op.input_zero_point),
        ),
    )


def _of_pixels(op: Conv2DInt8, sums: ChannelSums) -> KernelCall:
    """The call for one pixel of each image, which needs no scratch memory."""
    outputs, inputs = sums.weights.shape
    bias = folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point)
    return KernelCall(
        f"rune_conv_2d_int8_dsp_of_pixels{ending(op.output)}",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            ConstantPointer("uint32_t", packed_rows(sums.weights)),
            int32s(np.append(bias, np.zeros(-outputs % 4, np.int64))),
            two_roundings(sums.multipliers, op.output),
            Number(op.window.batches),
            Number(inputs),
            Number(outputs),
        ),
    )


def is_one_pixel(window: Window) -> bool:
    """Returns whether the filter lies on each image once, and on all of it."""
    return (
        not window.is_padded
        and (window.output_height, window.output_width) == (1, 1)
        and (window.filter_height, window.filter_width) == (window.input_height, window.input_width)
    )


def as_one_row(window: Window) -> Window:
    """The same pixels, where each is seen once and alone, as one long row, which has fewer ends."""
    if window.is_padded or (window.filter_height, window.filter_width, window.stride_y, window.stride_x) != (
        1,
        1,
        1,
        1,
    ):
        return window
    pixels = window.positions
    sizes = Window.of_one_pixel(1, window.input_channels, window.output_channels)
    return Window(**{**vars(sizes), "input_width": pixels, "output_width": pixels})


def settled_sums(op: Conv2DInt8) -> ChannelSums:
    """Returns the sums of its channels; constant ones as plain numbers."""
    return settled(ChannelSums(op.weights, op.bias, op.multipliers, op.input_zero_point), op.output)


def packed_weights(filters: Integers) -> NDArray[np.int8]:
    """[pair of channels, pair of numbers, 4]: the channels' first numbers, then their second ones. Rows of the filter
    are filled up to four numbers, channels to two, with weights of zero."""
    channels, height = filters.shape[:2]
    rows = filters.reshape(channels, height, -1)
    groups = -(-rows.shape[2] // 4)
    full = np.zeros((channels + channels % 2, height, groups * 4), np.int8)
    full[:channels, :, : rows.shape[2]] = rows
    pairs = full.reshape(-1, 2, height * groups, 4)[..., _PAIR_ORDER].reshape(-1, 2, height * groups * 2, 2)
    return np.ascontiguousarray(pairs.transpose(0, 2, 3, 1)).reshape(len(pairs), -1, 4)


PACKERS = {Conv2DInt8: int8}
ESTIMATES = {Conv2DInt8: estimate}
