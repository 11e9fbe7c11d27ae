"""ABS of int16."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.activations.unary_int16 import AbsInt16
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import two_roundings


def absolute(op: AbsInt16) -> KernelCall:
    scale = two_roundings([op.multiplier], op.output)
    return KernelCall(
        "rune_abs_int16", (InputPointer(0, "int16_t"), OutputPointer(0, "int16_t"), Number(op.count), scale)
    )


PACKERS = {AbsInt16: absolute}
