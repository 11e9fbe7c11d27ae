"""MINIMUM and MAXIMUM of integers."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.minimum import ExtremeQuantized
from rune.compiler.kernels.packing import C_TYPES


def quantized(op: ExtremeQuantized) -> KernelCall:
    element, shape = C_TYPES[op.element.name], KernelStructure("struct rune_broadcast", op.shape.fields)
    function = f"rune_{'maximum' if op.is_maximum else 'minimum'}_{op.element.name}"
    return KernelCall(function, (InputPointer(0, element), InputPointer(1, element), OutputPointer(0, element), shape))


PACKERS = {ExtremeQuantized: quantized}
