"""MUL of int8."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.anvil.ops.mul import MulInt8
from rune.anvil.program import Number
from rune.kernels.packing import two_roundings


def int8(op: MulInt8) -> KernelCall:
    return KernelCall(
        "rune_mul_int8",
        (
            Input(0, "int8_t"),
            Input(1, "int8_t"),
            Output(0, "int8_t"),
            Number(op.left_zero_point),
            Number(op.right_zero_point),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            two_roundings([op.multiplier], op.output),
        ),
    )


PACKERS = {MulInt8: int8}
