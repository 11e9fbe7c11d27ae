"""ADD: what each byte of an input adds, as tables."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.anvil.ops.add import AddFloat32, AddInt8
from rune.anvil.program import Number
from rune.kernels.packing import int32s, two_roundings


def int8(op: AddInt8) -> KernelCall:
    return KernelCall(
        "rune_add_int8",
        (
            Input(0, "int8_t"),
            Input(1, "int8_t"),
            Output(0, "int8_t"),
            int32s(op.left_terms),
            int32s(op.right_terms),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            two_roundings([op.multiplier], op.output),
        ),
    )


def float32(op: AddFloat32) -> KernelCall:
    return KernelCall(
        "rune_add_float32",
        (
            Input(0, "float"),
            Input(1, "float"),
            Output(0, "float"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {AddInt8: int8, AddFloat32: float32}
