"""CONV_2D of int8: weights packed for tiles of 8 channels, four numbers under the filter at a time."""

from __future__ import annotations

from rune.anvil.kernel_call import KernelCall
from rune.anvil.ops.conv_2d import Conv2DInt8
from rune.kernels.relaxed.counted import counted_sums
from rune.kernels.simd128.conv_2d import Numbers, int8_call

BYTES = Numbers("rune_relaxed_", "uint8_t", 1, 4)


def int8(op: Conv2DInt8) -> KernelCall:
    return int8_call(op, counted_sums(op.weights, op.bias, op.input_zero_point), BYTES)


PACKERS = {Conv2DInt8: int8}
