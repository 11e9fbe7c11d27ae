"""CAST."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.numbers.cast import Cast
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES


def cast(op: Cast) -> KernelCall:
    result = "truth" if op.to_truth else op.result
    return KernelCall(
        f"rune_cast_{op.source}_to_{result}",
        (InputPointer(0, C_TYPES[op.source]), OutputPointer(0, C_TYPES[op.result]), Number(op.count)),
    )


PACKERS = {Cast: cast}
