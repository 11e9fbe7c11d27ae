"""SOFTMAX over the last dimension."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.softmax import SoftmaxFloat32, SoftmaxInt8
from rune.anvil.program import Number
from rune.kernels.packing import int32s


def int8(op: SoftmaxInt8) -> KernelCall:
    return KernelCall(
        "rune_softmax_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            int32s(op.exponentials),
            Number(op.rows),
            Number(op.columns),
        ),
    )


def float32(op: SoftmaxFloat32) -> KernelCall:
    sizes = (Number(op.rows), Number(op.columns))
    return KernelCall("rune_softmax_float32", (Input(0, "float"), Output(0, "float"), *sizes, Number(op.beta)))


PACKERS = {SoftmaxInt8: int8, SoftmaxFloat32: float32}
