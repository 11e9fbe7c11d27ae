"""MEAN and SUM."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, KernelStructure, Output, Scratch
from rune.anvil.ops.mean import MeanFloat32, MeanInt8
from rune.anvil.program import Number
from rune.kernels.packing import two_roundings


def int8(op: MeanInt8) -> KernelCall:
    return KernelCall(
        "rune_mean_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("int32_t", 4 * op.reduction.outputs),
            Number(op.reduction.outputs),
            KernelStructure("struct rune_reduction", op.reduction.fields),
            two_roundings([op.multiplier], op.output),
            Number(op.input_zero_point * op.reduction.count),
        ),
    )


def float32(op: MeanFloat32) -> KernelCall:
    return KernelCall(
        "rune_mean_float32",
        (
            Input(0, "float"),
            Output(0, "float"),
            Scratch("double", 8 * op.reduction.outputs),
            Number(op.reduction.outputs),
            KernelStructure("struct rune_reduction", op.reduction.fields),
            Number(op.divisor),
        ),
    )


PACKERS = {MeanInt8: int8, MeanFloat32: float32}
