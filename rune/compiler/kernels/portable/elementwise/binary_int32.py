"""ADD, SUB and MUL of int32."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.binary_int32 import BinaryInt32


def binary(op: BinaryInt32) -> KernelCall:
    return KernelCall(
        f"rune_{op.operation.value}_int32",
        (
            InputPointer(0, "int32_t"),
            InputPointer(1, "int32_t"),
            OutputPointer(0, "int32_t"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


PACKERS = {BinaryInt32: binary}
