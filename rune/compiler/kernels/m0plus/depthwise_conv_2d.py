"""DEPTHWISE_CONV_2D: taps as the model has them, and room for rows with their padding."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.convolution.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.dsp.depthwise_conv_2d import settled_sums
from rune.compiler.kernels.dsp.rounding import are_short, ending
from rune.compiler.kernels.packing import folded_bias, int8s, int32s, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def estimate(op: DepthwiseConv2DInt8) -> Cost | None:
    is_plain = op.window.input_channels == op.window.output_channels and not op.tap_zero_point
    if not is_plain or not are_short(settled_sums(op)):
        return None
    return Cost(14 * op.multiply_accumulates, op.taps.size)


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    sums, window, width = settled_sums(op), op.window, op.window.reach[1]
    return KernelCall(
        f"rune_depthwise_conv_2d_int8_of_padded{ending(op.output)}",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            Scratch("int8_t", window.filter_height * width * window.input_channels),
            int8s(sums.weights.T),
            int32s(folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point)),
            filter_structure(window),
            two_roundings(sums.multipliers, op.output),
            Number(width),
            Number(op.input_zero_point),
        ),
    )


PACKERS = {DepthwiseConv2DInt8: int8}
ESTIMATES = {DepthwiseConv2DInt8: estimate}
