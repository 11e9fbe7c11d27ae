"""SOFTMAX over the last dimension. For int8 the exponentials come from a table of the 256 possible differences."""

from __future__ import annotations

import struct

import numpy as np

from rune.anvil.fixed_point import scale_of
from rune.anvil.kernel_call import Constant, Input, KernelCall, Op, Operation, Output, require
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, one_scale
from rune.anvil.program import Number
from rune.arithmetic import exp_f32
from rune.tflite import SoftmaxOptions


def refusal(op: Op) -> str | None:
    numbers, output = op.input(0), op.output
    if are(INT8, numbers, output):
        return None if one_scale(numbers, output) else WITHOUT_SCALE
    return None if are(FLOAT32, numbers, output) else ""


def call(op: Op) -> KernelCall:
    assert isinstance(op.operator.options, SoftmaxOptions)  # noqa: S101 - the reader gives these for this op
    beta, numbers, output = op.operator.options.beta, op.input(0), op.output
    require(len(numbers.shape) > 0 and numbers.shape[-1] > 0, "the input has no last dimension")
    require(numbers.shape == output.shape, "the output's shape is not the input's")
    columns = numbers.shape[-1]
    sizes = (Number(numbers.count // columns), Number(columns))
    if numbers.kind is FLOAT32:
        return KernelCall(
            "softmax.h", "rune_softmax_float32", (Input(0, "float"), Output(0, "float"), *sizes, Number(beta))
        )
    # Single precision throughout, as in the reference: scale times beta comes before the difference.
    scale = np.float32(-scale_of(numbers)[0]) * np.float32(beta)
    exponentials = [exp_f32(float(scale * np.float32(difference))) for difference in range(255, -1, -1)]
    output_scale, output_zero_point = scale_of(output)
    return KernelCall(
        "softmax.h",
        "rune_softmax_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Constant("float", struct.pack("<256f", *exponentials)),
            *sizes,
            Number(output_scale),
            Number(output_zero_point),
        ),
    )


OPERATION = Operation(refusal, call)
