"""LOGICAL_AND and LOGICAL_OR."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.compiler.anvil.ops.logical import Logical


def logical(op: Logical) -> KernelCall:
    return KernelCall(
        "rune_logical_and" if op.is_and else "rune_logical_or",
        (
            Input(0, "uint8_t"),
            Input(1, "uint8_t"),
            Output(0, "uint8_t"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
        ),
    )


PACKERS = {Logical: logical}
