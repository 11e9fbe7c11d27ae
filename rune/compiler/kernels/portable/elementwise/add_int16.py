"""ADD and SUB of int16."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.add import AddInt16
from rune.compiler.kernels.packing import two_roundings


def int16(op: AddInt16) -> KernelCall:
    terms = (
        ("left_mantissa", op.left.mantissa),
        ("left_exponent", op.left.exponent),
        ("right_mantissa", op.right.mantissa),
        ("right_exponent", op.right.exponent),
        ("subtracts", int(op.subtracts)),
    )
    return KernelCall(
        "rune_add_int16",
        (
            InputPointer(0, "int16_t"),
            InputPointer(1, "int16_t"),
            OutputPointer(0, "int16_t"),
            KernelStructure("struct rune_add_int16", terms),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            two_roundings([op.multiplier], op.output),
        ),
    )


PACKERS = {AddInt16: int16}
