"""AVERAGE_POOL_2D, L2_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.convolution.pool_2d import Pool2D, Pooling
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def pool(op: Pool2D) -> KernelCall:
    element, kind = C_TYPES[op.element.name], op.element.name
    if op.rounds_up and op.pooling is Pooling.AVERAGE:
        kind = "int8_up"
    return KernelCall(
        f"rune_{op.pooling.value}_pool_2d_{kind}",
        (
            InputPointer(0, element),
            OutputPointer(0, element),
            filter_structure(op.window),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {Pool2D: pool}
