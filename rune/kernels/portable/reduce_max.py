"""REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, KernelStructure, Output
from rune.anvil.ops.reduce_max import ReduceExtreme
from rune.anvil.program import Number


def extreme(op: ReduceExtreme) -> KernelCall:
    element = "float" if op.is_float else "int8_t"
    return KernelCall(
        f"rune_reduce_{'max' if op.is_maximum else 'min'}_{'float32' if op.is_float else 'int8'}",
        (
            Input(0, element),
            Output(0, element),
            Number(op.reduction.outputs),
            KernelStructure("struct rune_extremes", op.reduction.fields),
        ),
    )


PACKERS = {ReduceExtreme: extreme}
