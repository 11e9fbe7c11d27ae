"""DEPTHWISE_CONV_2D of int8 with a filter of 3 x 3: a kernel that layers share, which takes longer."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.simd128 import depthwise_conv_2d
from rune.compiler.kernels.simd128.requantization import convolution_rounding, shared_structure, sums_of
from rune.compiler.kernels.simd128.rows import RowKernels

SLOWER = 1.22
"""The factor by which an output takes longer than with a kernel of the layer's own: from 48 outputs in a row to 3."""
BEGINNING = 0.5
"""Outputs for which a row takes time beside its own."""
DEARER = 2.2
"""The weight of the time by which it is slower: the price of a byte holds for constants alone, of which a layer
saves a greater share than of all bytes of a rune."""


def int8_cost(op: DepthwiseConv2DInt8) -> Cost | None:
    window = op.window
    shape = (window.filter_height, window.filter_width, window.dilation_x)
    if shape != (3, 3, 1) or window.stride_x > 2 or window.input_channels != window.output_channels:
        return None
    if window.output_width < 2:  # two outputs are made at a time
        return None
    own = depthwise_conv_2d.int8_cost(op)
    computed_columns = -(-window.output_width // 2) * 2  # of an odd row one output is made twice
    slower = SLOWER * (computed_columns + BEGINNING) / window.output_width
    factor = 1 + DEARER * (slower - 1)
    return Cost(round(factor * own.instructions), own.constants - depthwise_conv_2d.CODE)


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    sums = sums_of(op.weights.T, op.bias, op.input_zero_point)
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    if proof is None:
        return depthwise_conv_2d.int8(op)  # the shared one rounds in single precision
    rows = RowKernels.under(op.window, -(-op.window.output_channels // 8) * 8)
    return KernelCall(
        "rune_depthwise_3x3_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int16_t", rows.ring_size(2)),
            ConstantPointer("int8_t", depthwise_conv_2d.packed_pairs(op, rows.row_channels)),
            bias,
            rows.structure(),
            shared_structure(requantize),
            Number(op.input_zero_point),
            Number(op.tap_zero_point),
        ),
        proof,
    )


PACKERS = {DepthwiseConv2DInt8: int8}
ESTIMATES = {DepthwiseConv2DInt8: int8_cost}
