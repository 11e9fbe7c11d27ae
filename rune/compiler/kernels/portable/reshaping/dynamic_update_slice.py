"""DYNAMIC_UPDATE_SLICE."""

from __future__ import annotations

import math

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.reshaping.dynamic_update_slice import DynamicUpdateSlice
from rune.compiler.anvil.ops.reshaping.rearrangement import RANK
from rune.compiler.anvil.program import Number


def update(op: DynamicUpdateSlice) -> KernelCall:
    rank, size = len(op.whole), op.element.itemsize
    whole, sizes = ((1,) * (RANK - rank) + each for each in (op.whole, op.sizes))
    steps = tuple(size * math.prod(whole[axis + 1 :]) for axis in range(RANK))
    fields = (
        ("whole", whole),
        ("sizes", sizes),
        ("steps", steps),
        ("bytes", size * math.prod(whole)),
        ("run", size * sizes[-1]),
    )
    return KernelCall(
        f"rune_dynamic_update_slice_{op.index.name}",
        (
            InputPointer(0, "uint8_t"),
            InputPointer(1, "uint8_t"),
            InputPointer(2, f"{op.index.name}_t"),
            OutputPointer(0, "uint8_t"),
            KernelStructure("struct rune_update", fields),
            Number(rank),
        ),
    )


PACKERS = {DynamicUpdateSlice: update}
