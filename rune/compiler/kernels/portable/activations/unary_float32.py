"""Elementwise ops of one float32 input."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFloat32
from rune.compiler.anvil.program import Number


def unary(op: UnaryFloat32) -> KernelCall:
    return KernelCall(
        f"rune_{op.function.value}_float32", (InputPointer(0, "float"), OutputPointer(0, "float"), Number(op.count))
    )


PACKERS = {UnaryFloat32: unary}
