"""SOFTMAX over the last dimension."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.activations.softmax import (
    SoftmaxFloat32,
    SoftmaxInt8,
    SoftmaxInt16,
    table_of_exponentials,
)
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int16s, int32s


def int8(op: SoftmaxInt8) -> KernelCall:
    return KernelCall(
        "rune_softmax_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            int32s(op.exponentials),
            Number(op.rows),
            Number(op.columns),
        ),
    )


def float32(op: SoftmaxFloat32) -> KernelCall:
    sizes = (Number(op.rows), Number(op.columns))
    return KernelCall(
        "rune_softmax_float32", (InputPointer(0, "float"), OutputPointer(0, "float"), *sizes, Number(op.beta))
    )


def int16(op: SoftmaxInt16) -> KernelCall:
    fields = (
        ("exponentials", int16s(table_of_exponentials())),
        ("reciprocals", int16s(op.reciprocals)),
        ("rows", op.rows),
        ("columns", op.columns),
        ("mantissa", op.multiplier.mantissa),
        ("exponent", op.multiplier.exponent),
    )
    return KernelCall(
        "rune_softmax_of_int16",
        (InputPointer(0, "int16_t"), OutputPointer(0, "int16_t"), KernelStructure("struct rune_softmax_int16", fields)),
    )


PACKERS = {SoftmaxInt8: int8, SoftmaxInt16: int16, SoftmaxFloat32: float32}
