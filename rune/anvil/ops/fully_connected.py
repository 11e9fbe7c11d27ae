"""FULLY_CONNECTED: every output reads every input. Its int8 sums are rounded once, as in the reference."""

from __future__ import annotations

import numpy as np

from rune.anvil.fixed_point import multiplier, real_range, scale_of
from rune.anvil.kernel_call import Constant, Input, KernelCall, Op, Operation, Output, require
from rune.anvil.ops.conv_2d import bias_of, channel_multipliers, folded_bias, output_range, sums_of
from rune.anvil.ops.requantization import int32s, one_rounding
from rune.anvil.ops.types import (
    BEYOND_32_BITS,
    FLOAT32,
    INT8,
    INT32,
    WITHOUT_SCALE,
    are,
    array,
    bounded,
    channel_scales,
    one_scale,
)
from rune.anvil.program import Number
from rune.tflite import FullyConnectedOptions


def _options(op: Op) -> FullyConnectedOptions:
    assert isinstance(op.operator.options, FullyConnectedOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: Op) -> str | None:
    options = _options(op)
    numbers, weights, bias = op.input(0), op.input(1), op.optional_input(2)
    if are(INT8, numbers, weights, op.output):
        if not one_scale(numbers, op.output):
            return WITHOUT_SCALE
        if not channel_scales(weights, 0):
            return "weights with a zero point or scales of another dimension"
        if bias is not None and not are(INT32, bias):
            return f"a bias of {bias.kind.name.lower()}"
    elif not are(FLOAT32, numbers, weights, op.output) or (bias is not None and not are(FLOAT32, bias)):
        return ""
    if options.shuffled_weights:
        return "shuffled weights"
    if weights.data is None or (bias is not None and bias.data is None):
        return "weights that are not constant"
    if not bounded(options.activation):
        return f"activation {options.activation.name}"
    if weights.kind is INT8 and _leaves_32_bits(op):
        return BEYOND_32_BITS
    return None


def _leaves_32_bits(op: Op) -> bool:
    """Whether a multiplier above 1 can raise a sum out of 32 bits, where the reference gives what nobody expects."""
    weights = op.input(1)
    if len(weights.shape) != 2:
        return False
    exponents = np.array([multiplier(real).exponent for real in _multipliers(op, weights.shape[0])])
    if exponents.max(initial=-1) < 0:
        return False
    sums = sums_of(op, array(weights, np.int8).astype(np.int64))
    reach = np.maximum(np.abs(sums.least), np.abs(sums.greatest))
    return bool((reach >= (2**31 - 2**20) >> np.clip(exponents, 0, 31)).any())


def call(op: Op) -> KernelCall:
    options, numbers, weights, output = _options(op), op.input(0), op.input(1), op.output
    require(len(weights.shape) == 2, "the weights must have two dimensions")
    outputs, inputs = weights.shape
    require(inputs > 0 and outputs > 0 and numbers.count % inputs == 0, "the input is not a multiple of the weights")
    batches = numbers.count // inputs
    require(output.count == batches * outputs, f"the output has {output.count} values, not {batches * outputs}")
    sizes = (Number(batches), Number(inputs), Number(outputs))
    if weights.kind is FLOAT32:
        minimum, maximum = real_range(options.activation)
        return KernelCall(
            "fully_connected.h",
            "rune_fully_connected_float32",
            (
                Input(0, "float"),
                Output(0, "float"),
                Constant("float", array(weights, np.float32).astype("<f4").tobytes()),
                Constant("float", bias_of(op, outputs).astype("<f4").tobytes()),
                *sizes,
                Number(minimum),
                Number(maximum),
            ),
        )
    values = array(weights, np.int8).astype(np.int64)
    rows = np.zeros((max(outputs, 4), -(-inputs // 8) * 8), np.int8)
    rows[:outputs, :inputs] = values
    return KernelCall(
        "fully_connected.h",
        "rune_fully_connected_int8",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Constant("int8_t", rows.tobytes()),
            int32s(folded_bias(op, values.sum(axis=1))),
            one_rounding(_multipliers(op, outputs), output_range(options.activation, output)),
            *sizes,
        ),
    )


def _multipliers(op: Op, outputs: int) -> list[float]:
    """As for a convolution; but with one scale and no bias the reference takes the product in single precision."""
    quantization = op.input(1).quantization
    if op.optional_input(2) is None and quantization is not None and len(quantization.scales) == 1:
        product = np.float32(scale_of(op.input(0))[0]) * np.float32(quantization.scales[0])
        return [float(product) / scale_of(op.output)[0]] * outputs
    return list(channel_multipliers(op, outputs))


OPERATION = Operation(refusal, call)
