"""MEAN and SUM."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer, Scratch
from rune.compiler.anvil.ops.reduction.mean import MeanFloat32, MeanQuantized
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES, two_roundings


def quantized(op: MeanQuantized) -> KernelCall:
    kind = op.output.element.name
    return KernelCall(
        f"rune_mean_{kind}",
        (
            InputPointer(0, C_TYPES[kind]),
            OutputPointer(0, C_TYPES[kind]),
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
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Number(op.reduction.outputs),
            KernelStructure("struct rune_reduction", op.reduction.fields),
            Number(op.divisor),
        ),
    )


PACKERS = {MeanQuantized: quantized, MeanFloat32: float32}
