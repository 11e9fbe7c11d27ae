"""EQUAL, LESS and their like."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.compiler.anvil.ops.comparison import Compare, CompareInt8
from rune.compiler.kernels.packing import C_TYPES, int32s


def stored(op: Compare) -> KernelCall:
    element = C_TYPES[op.element]
    return KernelCall(
        f"rune_{op.comparison.value}_{op.element}",
        (
            Input(0, element),
            Input(1, element),
            Output(0, "uint8_t"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


def int8(op: CompareInt8) -> KernelCall:
    return KernelCall(
        f"rune_{op.comparison.value}_int8",
        (
            Input(0, "int8_t"),
            Input(1, "int8_t"),
            Output(0, "uint8_t"),
            int32s(op.left),
            int32s(op.right),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


PACKERS = {Compare: stored, CompareInt8: int8}
