"""CONV_2D of int8 with a filter of one pixel: a kernel that layers share, which takes a little longer."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.simd128 import conv_2d
from rune.compiler.kernels.simd128.requantization import convolution_rounding, shared_structure, sums_of

SLOWER = 1.08
"""The factor by which it takes more instructions than a kernel of the layer's own: what differs from layer to layer
is read."""


def int8_cost(op: Conv2DInt8) -> Cost | None:
    if not conv_2d.is_pointwise(op.window):
        return None
    own = conv_2d.int8_cost(op)
    return Cost(round(SLOWER * own.instructions), own.constants - conv_2d.POINTWISE_CODE)


def int8(op: Conv2DInt8) -> KernelCall:
    sums = sums_of(op.weights, op.bias, op.input_zero_point)
    bias, requantize, proof = convolution_rounding(op.multipliers, sums, op.output)
    if proof is None:
        return conv_2d.int8(op)  # the shared one rounds in single precision
    pixels, inputs = op.window.positions, op.window.input_channels
    block = conv_2d.pointwise_block(pixels, inputs)
    if 4 < block < pixels:
        block -= block % 4  # or the last four would have no room
    weights = conv_2d.packed(op.filters.reshape(len(op.filters), 1, inputs), 2, op.filter_zero_point)
    return KernelCall(
        "rune_pointwise_by_fours_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int16_t", -(-block // 4) * 4 * -(-inputs // 8) * 8 * 2),
            ConstantPointer("int8_t", weights),
            bias,
            shared_structure(requantize),
            Number(pixels),
            Number(inputs),
            Number(op.window.output_channels),
            Number(block),
            Number(op.filter_zero_point),
        ),
        proof,
    )


PACKERS = {Conv2DInt8: int8}
ESTIMATES = {Conv2DInt8: int8_cost}
