"""MUL of integers."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.mul import MulQuantized
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES, two_roundings


def quantized(op: MulQuantized) -> KernelCall:
    kind = op.output.element.name
    element = C_TYPES[kind]
    return KernelCall(
        f"rune_mul_{kind}",
        (
            InputPointer(0, element),
            InputPointer(1, element),
            OutputPointer(0, element),
            Number(op.left_zero_point),
            Number(op.right_zero_point),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            two_roundings([op.multiplier], op.output),
        ),
    )


PACKERS = {MulQuantized: quantized}
