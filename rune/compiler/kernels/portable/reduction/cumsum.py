"""CUMSUM."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.reduction.cumsum import CumsumFloat32
from rune.compiler.anvil.program import Number


def cumsum(op: CumsumFloat32) -> KernelCall:
    numbers = (op.rows, op.length, op.columns, int(op.exclusive), int(op.reverse))
    return KernelCall(
        "rune_cumsum_float32", (InputPointer(0, "float"), OutputPointer(0, "float"), *map(Number, numbers))
    )


PACKERS = {CumsumFloat32: cumsum}
