"""MINIMUM and MAXIMUM of int8."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.anvil.ops.minimum import ExtremeInt8


def int8(op: ExtremeInt8) -> KernelCall:
    shape = KernelStructure("struct rune_broadcast", op.shape.fields)
    function = "rune_maximum_int8" if op.is_maximum else "rune_minimum_int8"
    return KernelCall(function, (Input(0, "int8_t"), Input(1, "int8_t"), Output(0, "int8_t"), shape))


PACKERS = {ExtremeInt8: int8}
