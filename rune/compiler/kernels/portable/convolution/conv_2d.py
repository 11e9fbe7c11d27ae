"""CONV_2D: weights as the model has them, biases that hold what the input's zero point adds."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.convolution.conv_2d import Conv2DFloat32, Conv2DInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, folded_bias, int8s, int32s, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def int8(op: Conv2DInt8) -> KernelCall:
    return KernelCall(
        "rune_conv_2d_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            int8s(op.filters),
            int32s(folded_bias(op.bias, op.weights.sum(axis=1), op.input_zero_point)),
            filter_structure(op.window),
            two_roundings(op.multipliers, op.output),
            Number(op.input_zero_point),
            Number(op.filter_zero_point),
        ),
    )


def float32(op: Conv2DFloat32) -> KernelCall:
    return KernelCall(
        "rune_conv_2d_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            float32s(op.filters),
            float32s(op.bias),
            filter_structure(op.window),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {Conv2DInt8: int8, Conv2DFloat32: float32}
