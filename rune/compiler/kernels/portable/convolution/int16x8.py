"""CONV_2D and DEPTHWISE_CONV_2D of int16 with weights of int8, as the model has them."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.convolution.int16x8 import Conv2DInt16, DepthwiseConv2DInt16
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int8s, int64s, sum_rounding, wide_rounding
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def conv(op: Conv2DInt16) -> KernelCall:
    name, structure = sum_rounding(op.output)
    return KernelCall(
        f"rune_conv_2d_int16_{name}",
        (
            InputPointer(0, "int16_t"),
            OutputPointer(0, "int16_t"),
            int8s(op.filters),
            int64s(op.bias),
            filter_structure(op.window),
            structure,
        ),
    )


def depthwise(op: DepthwiseConv2DInt16) -> KernelCall:
    return KernelCall(
        "rune_depthwise_conv_2d_int16",
        (
            InputPointer(0, "int16_t"),
            OutputPointer(0, "int16_t"),
            int8s(op.taps),
            int64s(op.bias),
            filter_structure(op.window),
            wide_rounding(op.output),
            Number(op.multiplier),
        ),
    )


PACKERS = {Conv2DInt16: conv, DepthwiseConv2DInt16: depthwise}
