"""PRELU of int8."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.activations.prelu import PreluInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import two_roundings


def int8(op: PreluInt8) -> KernelCall:
    return KernelCall(
        "rune_prelu_int8",
        (
            InputPointer(0, "int8_t"),
            InputPointer(1, "int8_t"),
            OutputPointer(0, "int8_t"),
            Number(op.input_zero_point),
            Number(op.alpha_zero_point),
            KernelStructure("struct rune_broadcast", op.shape.fields),
            two_roundings(op.multipliers, op.output),
        ),
    )


PACKERS = {PreluInt8: int8}
