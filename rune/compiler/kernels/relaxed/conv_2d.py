"""CONV_2D of int8: weights packed for tiles of 8 channels, four numbers under the filter at a time."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import KernelCall
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.kernels.relaxed.offset_sums import counted_sums
from rune.compiler.kernels.simd128.conv_2d import Numbers, int8_call

BYTES = Numbers("rune_relaxed_", "uint8_t", 1, 4)


LONGEST_TILE = 6
"""Pixels (RUNE_LONGEST_TILE)."""
WAITING = 5
"""The pixels of a tile whose sums take as long as those of a shorter one, which wait for the ones before."""
LONGEST_LINE = 3 * LONGEST_TILE
"""Pixels of rows that are joined: each of its tiles is a copy of the code."""


def int8(op: Conv2DInt8) -> KernelCall:
    rows_per_line = 1 if op.filter_zero_point else joined_rows(op.window)
    return int8_call(op, counted_sums(op.weights, op.bias, op.input_zero_point), BYTES, rows_per_line)


def joined_rows(window: Window) -> int:
    """Returns how many rows of the output make the line whose tiles waste the least time."""
    most = max(1, LONGEST_LINE // window.output_width)
    counts = [count for count in range(1, most + 1) if window.output_height % count == 0]
    return min(counts, key=lambda count: _time(count * window.output_width) / count)


def _time(pixels: int) -> int:
    """Computes the tiles of a line, cut into tiles of nearly the same length."""
    tiles = -(-pixels // LONGEST_TILE)
    short, longer = divmod(pixels, tiles)
    return longer * max(short + 1, WAITING) + (tiles - longer) * max(short, WAITING)


PACKERS = {Conv2DInt8: int8}
