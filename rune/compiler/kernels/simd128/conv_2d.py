"""CONV_2D: weights packed for tiles of 8 channels, biases that hold what the input's zero point adds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import (
    ConstantPointer,
    InputPointer,
    KernelCall,
    KernelStructure,
    OutputPointer,
    Scratch,
)
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DFloat32, Conv2DInt8
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.simd128.requantization import Sums, convolution_rounding, sums_of
from rune.compiler.kernels.simd128.rows import RowKernels

POINTWISE_BLOCK = 1024
"""Numbers that a pointwise convolution widens at a time: enough to use each weight for several tiles."""
EVEN_BLOCK = 2560
"""The same where the pixels come out even: then the code needs no second copy for the rest."""

SUMMING = 24
"""Instructions that add a pair of products to the sums of 4 pixels in 8 channels."""
STORING = 20
"""Instructions that round the sums of a pixel in 8 channels and store them."""

POINTWISE_CODE = 1450
"""Bytes of code that a layer has for itself."""


def int8_cost(op: Conv2DInt8) -> Cost:
    """Returns the cost by tiles of 4 pixels and 8 channels; what brings the pixels there is the same for all
    kernels."""
    window, eights = op.window, -(-op.window.output_channels // 8)
    tiles = window.batches * window.output_height * -(-window.output_width // 4) * eights
    stretch = window.filter_width * window.input_channels
    pairs = window.filter_height * -(-stretch // 2)
    code = POINTWISE_CODE if is_pointwise(window) else 0  # others have no kernel beside them that layers share
    return Cost(tiles * (pairs * SUMMING + 4 * STORING), eights * pairs * 16 + code)


@dataclass(frozen=True)
class Numbers:
    """The reads of a kernel set under a filter: `element` of `size` bytes, so many `together` for one sum. The names of
    its functions begin with `prefix`."""

    prefix: str
    element: str
    size: int
    together: int


WIDENED_NUMBERS = Numbers("rune_", "int16_t", 2, 2)


def int8(op: Conv2DInt8) -> KernelCall:
    return int8_call(op, sums_of(op.weights, op.bias, op.input_zero_point), WIDENED_NUMBERS)


def int8_call(op: Conv2DInt8, sums: Sums, numbers: Numbers, rows_per_line: int = 1) -> KernelCall:
    """Joins `rows_per_line` rows of the output to a line that is cut into tiles."""
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    if is_pointwise(op.window):
        return replace(_pointwise(op, numbers, bias, requantize), proof=proof)
    rows = RowKernels.under(op.window, op.window.input_channels)
    rows = rows if rows_per_line == 1 else rows.whole()
    weights = packed(segments_of(op.window, op.filters), numbers.together, op.filter_zero_point)
    return KernelCall(
        f"{numbers.prefix}conv_2d_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch(numbers.element, rows.ring_size(numbers.size)),
            ConstantPointer("int8_t", weights),
            bias,
            rows.structure(),
            requantize,
            Number(op.input_zero_point),
            Number(op.filter_zero_point),
            Number(rows_per_line),
        ),
        proof,
    )


def is_pointwise(window: Window) -> bool:
    """Returns whether the filter covers each pixel of the image by itself, once, and no padding."""
    sides = (window.filter_height, window.filter_width, window.stride_y, window.stride_x)
    return sides == (1, 1, 1, 1) and not window.is_padded


def _pointwise(op: Conv2DInt8, numbers: Numbers, bias: ConstantPointer, requantize: KernelStructure) -> KernelCall:
    pixels, inputs = op.window.positions, op.window.input_channels
    block = pointwise_block(pixels, inputs)
    filters = op.filters.reshape(len(op.filters), 1, inputs)
    return KernelCall(
        f"{numbers.prefix}pointwise_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch(numbers.element, block * inputs * numbers.size + 16),
            ConstantPointer("int8_t", packed(filters, numbers.together, op.filter_zero_point)),
            bias,
            requantize,
            Number(pixels),
            Number(inputs),
            Number(op.window.output_channels),
            Number(block),
            Number(op.filter_zero_point),
        ),
    )


def pointwise_block(pixels: int, inputs: int) -> int:
    """Returns how many pixels are widened at a time."""
    even = max((count for count in range(1, EVEN_BLOCK // inputs + 1) if pixels % count == 0), default=1)
    return even if even >= 8 else min(pixels, max(4, POINTWISE_BLOCK // inputs // 4 * 4))


def segments_of(window: Window, filters: NDArray[np.generic]) -> NDArray[np.generic]:
    """[output channel, segment, number]: a segment is what lies together in a row of the image."""
    channels, height, width, depth = filters.shape
    if window.dilation_x == 1:
        return filters.reshape(channels, height, width * depth)
    return filters.reshape(channels, height * width, depth)


def packed(segments: NDArray[np.generic], together: int, zero_point: int) -> bytes:
    """[channel, segment, number] to bytes of [8 channels][segment][numbers that are read together][channel][number],
    filled up with `zero_point`, which counts nothing."""
    channels, count, length = segments.shape
    full = np.full((-(-channels // 8) * 8, count, -(-length // together) * together), zero_point, np.int8)
    full[:channels, :, :length] = segments
    return full.reshape(-1, 8, count, full.shape[2] // together, together).transpose(0, 2, 3, 1, 4).tobytes()


def float32(op: Conv2DFloat32) -> KernelCall:
    segments = segments_of(op.window, op.filters)
    channels, count, length = segments.shape
    full = np.zeros((-(-channels // 8) * 8, count, length), np.float32)
    full[:channels] = segments
    packed_filters = full.reshape(-1, 8, count, length).transpose(0, 2, 3, 1)
    bias = np.zeros(len(full), np.float32)
    bias[:channels] = op.bias
    rows = RowKernels.under(op.window, op.window.input_channels)
    return KernelCall(
        "rune_conv_2d_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Scratch("float", rows.ring_size(4)),
            ConstantPointer("float", packed_filters.astype("<f4").tobytes()),
            ConstantPointer("float", bias.astype("<f4").tobytes()),
            rows.structure(),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {Conv2DInt8: int8, Conv2DFloat32: float32}
ESTIMATES = {Conv2DInt8: int8_cost}
