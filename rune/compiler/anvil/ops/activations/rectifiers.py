"""RELU, RELU6, RELU_N1_TO_1 and LEAKY_RELU. Of floats they clamp or scale; of int8 each is a table of 256 bytes.

An integer, counted from its zero point, times input scale / output scale (for LEAKY_RELU of a negative number also
times alpha) is rounded twice, and clamped to what the activation lets through. The quotients are taken in single
precision. RELU_N1_TO_1 has no integers in TFLite. Source: TFLite's reference kernels `reference_ops::ReluX` and
`QuantizeLeakyRelu`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, ClampsOutput, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.numbers.rescaling import FARTHEST_NUMBER, OutputRange, precision, rescaled_twice
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT16, are, are_quantized, scale_refusal
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, multiplier, real_range, scale_of
from rune.model.profile import TFLM
from rune.model.tflite import Activation, LeakyReluOptions


@dataclass(frozen=True)
class ClampFloat32(Computation, ClampsOutput):
    """The clamped values of `count` numbers."""

    count: int
    minimum: float
    maximum: float

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (np.clip(inputs[0], np.float32(self.minimum), np.float32(self.maximum)),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))


@dataclass(frozen=True)
class LeakyReluFloat32(Computation):
    """The leaky ReLU of `count` numbers, those below zero times alpha."""

    count: int
    alpha: float

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (np.where(inputs[0] > 0, inputs[0], inputs[0] * np.float32(self.alpha)),)


@dataclass(frozen=True)
class LeakyReluInt16(Computation, CarriesChannels):
    """The leaky ReLU of `count` numbers, those from zero on and those below it with a multiplier each; RELU is one with
    the same for both."""

    count: int
    above: Multiplier
    below: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (_scaled(inputs[0].astype(np.int64), self.above, self.below, self.output),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        ends = (inputs[0].least, inputs[0].greatest)
        return ChannelRange(*(_scaled(end, self.above, self.below, self.output).astype(np.int64) for end in ends))

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, count=self.count // len(keep) * int(keep.sum()))


def _scaled(numbers: Integers, above: Multiplier, below: Multiplier, output: OutputRange) -> Array:
    """Returns the stored form of numbers that are counted from their zero point."""
    scaled = rescaled_twice(np.stack([numbers, numbers], axis=-1), [above, below])
    return output.of_values(np.where(numbers >= 0, scaled[..., 0], scaled[..., 1]))


def refusal(op: ModelOp) -> str | None:
    input_, output = op.input(0), op.output
    if are(FLOAT32, input_, output):
        return None
    if not are_quantized(input_, output) or op.operator.op == "RELU_N1_TO_1":
        return ""
    why = scale_refusal(input_, output)
    if why is not None:
        return why
    alpha = _alpha(op)
    if alpha < 0:
        return "a negative alpha"
    quotient = max(1.0, alpha) * scale_of(input_)[0] / scale_of(output)[0]
    reach = FARTHEST_NUMBER[input_.kind] << max(multiplier(quotient).exponent, 0)
    return BEYOND_32_BITS if reach >= 2**31 - 2**20 else None


def _alpha(op: ModelOp) -> float:
    """The multiplier of a number below zero; 1 where it is only clamped."""
    options = op.operator.options
    return options.alpha if isinstance(options, LeakyReluOptions) else 1.0


def _quantized_computation(op: ModelOp, activation: Activation) -> ByteTable | LeakyReluInt16:
    (scale, zero_point), output_scale, number = scale_of(op.input(0)), scale_of(op.output)[0], precision(op)
    above = multiplier(float(number(scale) / number(output_scale)))
    below = multiplier(float(number(scale) * number(_alpha(op)) / number(output_scale)))
    to = OutputRange.of(activation, op.output)
    if op.output.kind is INT16:
        return LeakyReluInt16(op.output.count, above, below, to)
    numbers = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.int64) - zero_point
    return ByteTable(op.output.count, _scaled(numbers, above, below, to).view(np.uint8), (True, True))


def _clamp(activation: Activation) -> Callable[[ModelOp], Computation]:
    def computation(op: ModelOp) -> Computation:
        require(op.input(0).count == op.output.count, "input and output differ in size")
        if op.output.kind is FLOAT32:
            return ClampFloat32(op.output.count, *real_range(activation))
        return _quantized_computation(op, activation)

    return computation


def _relu6(op: ModelOp) -> Computation:
    # TFLite Micro clamps integers as they are, whatever the output's scale says.
    op_with_range = replace(op, outputs=(op.input(0),)) if op.profile is TFLM else op
    return _clamp(Activation.RELU6)(op_with_range)


def _leaky_relu(op: ModelOp) -> Computation:
    require(op.input(0).count == op.output.count, "input and output differ in size")
    if op.output.kind is FLOAT32:
        return LeakyReluFloat32(op.output.count, _alpha(op))
    return _quantized_computation(op, Activation.NONE)


OPERATIONS = {
    "LEAKY_RELU": OpKind(refusal, _leaky_relu),
    "RELU": OpKind(refusal, _clamp(Activation.RELU)),
    "RELU6": OpKind(refusal, _relu6),
    "RELU_N1_TO_1": OpKind(refusal, _clamp(Activation.RELU_N1_TO_1)),
}
