"""CAST."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.cast import Cast
from rune.anvil.program import Number

_C = {"float32": "float", "int32": "int32_t", "int16": "int16_t", "int8": "int8_t", "uint8": "uint8_t"}


def cast(op: Cast) -> KernelCall:
    result = "truth" if op.to_truth else op.result
    return KernelCall(
        f"rune_cast_{op.source}_to_{result}",
        (Input(0, _C[op.source]), Output(0, _C[op.result]), Number(op.count)),
    )


PACKERS = {Cast: cast}
