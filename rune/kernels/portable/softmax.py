"""SOFTMAX over the last dimension."""

from __future__ import annotations

import struct

from rune.anvil.kernel_call import Constant, Input, KernelCall, Output
from rune.anvil.ops.softmax import SoftmaxFloat32, SoftmaxInt8
from rune.anvil.program import Number


def int8(op: SoftmaxInt8) -> KernelCall:
    return KernelCall(
        "rune_softmax_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Constant("float", struct.pack("<256f", *op.exponentials)),
            Number(op.rows),
            Number(op.columns),
            Number(op.output_scale),
            Number(op.output_zero_point),
        ),
    )


def float32(op: SoftmaxFloat32) -> KernelCall:
    sizes = (Number(op.rows), Number(op.columns))
    return KernelCall("rune_softmax_float32", (Input(0, "float"), Output(0, "float"), *sizes, Number(op.beta)))


PACKERS = {SoftmaxInt8: int8, SoftmaxFloat32: float32}
