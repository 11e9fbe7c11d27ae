"""MINIMUM and MAXIMUM of integers."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.compiler.anvil.ops.minimum import ExtremeQuantized
from rune.compiler.kernels.packing import C_TYPES


def quantized(op: ExtremeQuantized) -> KernelCall:
    element, shape = C_TYPES[op.element.name], KernelStructure("struct rune_broadcast", op.shape.fields)
    function = f"rune_{'maximum' if op.is_maximum else 'minimum'}_{op.element.name}"
    return KernelCall(function, (Input(0, element), Input(1, element), Output(0, element), shape))


PACKERS = {ExtremeQuantized: quantized}
