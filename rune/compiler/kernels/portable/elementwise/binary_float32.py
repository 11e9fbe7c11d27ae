"""Elementwise ops of two float32 inputs."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFloat32
from rune.compiler.anvil.program import Number


def binary(op: BinaryFloat32) -> KernelCall:
    return KernelCall(
        f"rune_{op.operation.value}_float32",
        (
            InputPointer(0, "float"),
            InputPointer(1, "float"),
            OutputPointer(0, "float"),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {BinaryFloat32: binary}
