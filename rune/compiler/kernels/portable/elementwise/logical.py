"""LOGICAL_AND and LOGICAL_OR."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.logical import Logical


def logical(op: Logical) -> KernelCall:
    return KernelCall(
        "rune_logical_and" if op.is_and else "rune_logical_or",
        (
            InputPointer(0, "uint8_t"),
            InputPointer(1, "uint8_t"),
            OutputPointer(0, "uint8_t"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


PACKERS = {Logical: logical}
