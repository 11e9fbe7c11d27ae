"""TRANSPOSE_CONV: weights and biases as the model has them."""

from __future__ import annotations

import math

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.ops.convolution.transpose_conv import (
    HybridTransposeConv,
    TransposeConvFloat32,
    TransposeConvInt8,
    TransposeConvInt16,
)
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, int8s, int32s, int64s, sum_rounding, two_roundings
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def int8(op: TransposeConvInt8) -> KernelCall:
    return KernelCall(
        "rune_transpose_conv_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            int8s(op.filters),
            int32s(op.bias),
            filter_structure(op.window),
            two_roundings(op.multipliers, op.output),
            Number(op.input_zero_point),
            Number(op.filter_zero_point),
        ),
    )


def float32(op: TransposeConvFloat32) -> KernelCall:
    return KernelCall(
        "rune_transpose_conv_float32",
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


def hybrid(op: HybridTransposeConv) -> KernelCall:
    return KernelCall(
        "rune_hybrid_transpose_conv",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Scratch("int8_t", math.prod(op.window.input_shape[1:])),
            int8s(op.filters),
            float32s(op.scales),
            float32s(op.bias),
            filter_structure(op.window),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


def int16(op: TransposeConvInt16) -> KernelCall:
    name, structure = sum_rounding(op.output)
    return KernelCall(
        f"rune_transpose_conv_int16_{name}",
        (
            InputPointer(0, "int16_t"),
            OutputPointer(0, "int16_t"),
            int8s(op.filters),
            int64s(op.bias),
            filter_structure(op.window),
            structure,
        ),
    )


PACKERS = {
    TransposeConvInt8: int8,
    TransposeConvInt16: int16,
    TransposeConvFloat32: float32,
    HybridTransposeConv: hybrid,
}
