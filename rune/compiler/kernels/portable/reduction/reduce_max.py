"""REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.reduction.reduce_max import ReduceExtreme
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES


def extreme(op: ReduceExtreme) -> KernelCall:
    element = C_TYPES[op.element.name]
    return KernelCall(
        f"rune_reduce_{'max' if op.is_maximum else 'min'}_{op.element.name}",
        (
            InputPointer(0, element),
            OutputPointer(0, element),
            Number(op.reduction.outputs),
            KernelStructure("struct rune_extremes", op.reduction.fields),
        ),
    )


PACKERS = {ReduceExtreme: extreme}
