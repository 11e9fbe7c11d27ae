"""SQUARED_DIFFERENCE of int8."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.squared_difference import SquaredDifferenceInt8
from rune.compiler.kernels.packing import int32s, two_roundings


def int8(op: SquaredDifferenceInt8) -> KernelCall:
    return KernelCall(
        "rune_squared_difference_int8",
        (
            InputPointer(0, "int8_t"),
            InputPointer(1, "int8_t"),
            OutputPointer(0, "int8_t"),
            int32s(op.left_terms),
            int32s(op.right_terms),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            two_roundings([op.multiplier], op.output),
        ),
    )


PACKERS = {SquaredDifferenceInt8: int8}
