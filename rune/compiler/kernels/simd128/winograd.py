"""CONV_2D by exact integer Winograd: fewer products than conv_2d, whose weights are of 16 bits and 16 where 9 were."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.kernels.simd128.conv_2d import STORING, SUMMING
from rune.compiler.kernels.simd128.requantization import convolution_rounding, sums_of
from rune.compiler.kernels.simd128.rows import RowKernels
from rune.compiler.kernels.winograd import is_exact, transformed_filters

TILES = 4
"""Neighbours that are computed together (RUNE_WINOGRAD_TILES)."""

READING = 72
"""Instructions that make 16 numbers of 4 x 4 pixels of 8 channels."""
KEEPING = 20
"""Instructions that begin and keep the sums of one of the 16 numbers of 4 tiles in 8 channels."""
JOINING = 100
"""Instructions that make the sums of 2 x 2 outputs in 8 channels of those of 16 numbers."""


def int8_cost(op: Conv2DInt8) -> Cost | None:
    """Returns the cost by blocks of 4 tiles and 8 channels."""
    if not is_exact(op):
        return None
    window, pairs = op.window, -(-op.window.input_channels // 2)
    eights = -(-window.output_channels // 8)
    rows, tiles = window.batches * -(-window.output_height // 2), _tiles(window)
    block = 16 * (pairs * SUMMING + KEEPING) + TILES * (JOINING + 4 * STORING)
    reading = rows * tiles * _depth(window) // 8 * READING
    return Cost(rows * -(-tiles // TILES) * eights * block + reading, eights * pairs * 16 * 16 * 2)


def int8(op: Conv2DInt8) -> KernelCall:
    sums = sums_of(op.weights, op.bias, op.input_zero_point)
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    rows = RowKernels(op.window, op.window.input_channels, 2 * _tiles(op.window) + 2, count=4)
    depth = _depth(op.window)
    return KernelCall(
        "rune_conv_2d_winograd_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int16_t", rows.ring_size(2)),
            Scratch("int16_t", 16 * TILES * depth * 2),
            ConstantPointer("int16_t", _packed(transformed_filters(op))),
            bias,
            rows.structure(),
            requantize,
            Number(op.input_zero_point),
            Number(depth),
        ),
        proof,
    )


def _tiles(window: Window) -> int:
    """Computes tiles of 2 x 2 outputs, in a row."""
    return -(-window.output_width // 2)


def _depth(window: Window) -> int:
    """The image's channels, filled up to whole vectors."""
    return -(-window.input_channels // 8) * 8


def _packed(filters: Integers) -> bytes:
    """[output channel, 16, input channel] to [8 channels][16][pair of inputs][channel][2], filled up with zeros."""
    channels, numbers, inputs = filters.shape
    full = np.zeros((-(-channels // 8) * 8, numbers, -(-inputs // 2) * 2), "<i2")
    full[:channels, :, :inputs] = filters
    return full.reshape(-1, 8, numbers, full.shape[2] // 2, 2).transpose(0, 2, 3, 1, 4).tobytes()


PACKERS = {Conv2DInt8: int8}
ESTIMATES = {Conv2DInt8: int8_cost}
