"""CONV_2D and FULLY_CONNECTED of float32 with weights of int8, which are packed as those of a convolution of int8."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer, Scratch
from rune.compiler.anvil.ops.convolution.hybrid import HybridConv2D
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, int8s, int32s
from rune.compiler.kernels.simd128.conv_2d import is_pointwise, packed, segments_of
from rune.compiler.kernels.simd128.rows import RowKernels

LONGEST_ROW = 16_384
"""Numbers of the rows that a pointwise convolution reads as one."""


def conv(op: HybridConv2D) -> KernelCall:
    window = _joined(op.window) if is_pointwise(op.window) else op.window
    rows = RowKernels.under(window, window.input_channels)
    weight_sums = op.filters.astype(np.int64).reshape(len(op.filters), -1).sum(axis=1)
    channels = KernelStructure(
        "struct rune_hybrid_channels",
        (
            ("weight_sums", int32s(_padded(weight_sums))),
            ("scale", float32s(_padded(op.scales))),
            ("bias", float32s(_padded(op.bias))),
        ),
    )
    return KernelCall(
        "rune_hybrid_conv_2d",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Scratch("int8_t", math.prod((window.input_height, window.input_width, window.input_channels))),
            Scratch("int16_t", rows.ring_size(2)),
            int8s(np.frombuffer(packed(segments_of(window, op.filters), 2, 0), np.int8)),
            channels,
            rows.structure(),
            Number(int(op.is_symmetric)),
            Number(int(op.joins_scales)),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


def _joined(window: Window) -> Window:
    """Joins rows into one for a filter of one pixel, as many as come out even, so that more pixels stand side by
    side."""
    row = window.input_width * window.input_channels
    counts = [each for each in range(1, window.input_height + 1) if window.input_height % each == 0]
    count = max((each for each in counts if each * row <= LONGEST_ROW), default=1)
    height, width = window.input_height // count, window.input_width * count
    return replace(window, input_height=height, input_width=width, output_height=height, output_width=width)


def _padded(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """With zeros behind, up to whole vectors of 8."""
    return np.concatenate([values, np.zeros(-len(values) % 8, values.dtype)])


PACKERS = {HybridConv2D: conv}
