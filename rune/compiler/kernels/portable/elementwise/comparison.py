"""EQUAL, LESS and their like."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.comparison import CompareInt8, ComparisonOp
from rune.compiler.kernels.packing import C_TYPES, int32s


def stored(op: ComparisonOp) -> KernelCall:
    element = C_TYPES[op.element]
    return KernelCall(
        f"rune_{op.comparison.value}_{op.element}",
        (
            InputPointer(0, element),
            InputPointer(1, element),
            OutputPointer(0, "uint8_t"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


def int8(op: CompareInt8) -> KernelCall:
    return KernelCall(
        f"rune_{op.comparison.value}_int8",
        (
            InputPointer(0, "int8_t"),
            InputPointer(1, "int8_t"),
            OutputPointer(0, "uint8_t"),
            int32s(op.left),
            int32s(op.right),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


PACKERS = {ComparisonOp: stored, CompareInt8: int8}
