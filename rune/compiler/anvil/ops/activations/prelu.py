"""PRELU: numbers below zero times an alpha of their own, with broadcasting.

A byte of int8, counted from its zero point, times input scale / output scale is rounded twice; below zero its product
with alpha times both scales / output scale. The quotients are taken in single precision. Source: TFLite's kernel
`PreluPrepare` of `activations.cc` and its reference kernel `reference_ops::BroadcastPrelu4DSlow`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFloat32, BinaryFunction
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast, binary_refusal, broadcast
from rune.compiler.anvil.ops.elementwise.mul import LARGEST_PRODUCT
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, are_in_reach, multipliers_of, rescaled_twice
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT8, INT16
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier, scale_of


@dataclass(frozen=True)
class PreluInt8(Computation):
    """Zero points of input and alpha, and the multipliers of numbers from zero on and of products below it."""

    shape: Broadcast
    input_zero_point: int
    alpha_zero_point: int
    multipliers: tuple[Multiplier, Multiplier]
    output: OutputRange

    is_elementwise = True

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        numbers = inputs[0].counted_from(self.input_zero_point)
        alphas = inputs[1].counted_from(self.alpha_zero_point)
        if len(numbers.least) != len(alphas.least):
            return None
        above = ChannelRange(np.maximum(numbers.least, 0), np.maximum(numbers.greatest, 0))
        below = [np.minimum(end, 0) for end in (numbers.least, numbers.greatest)]
        corners = [number * alpha for number in below for alpha in (alphas.least, alphas.greatest)]
        products = ChannelRange(np.min(corners, axis=0), np.max(corners, axis=0))
        ends = []
        for values, by in zip((above, products), self.multipliers, strict=True):
            if not are_in_reach(values, [by]):
                return None
            ends += [
                self.output.of_values(rescaled_twice(end[..., None], [by])[..., 0])
                for end in (values.least, values.greatest)
            ]
        return ChannelRange(np.min(ends, axis=0).astype(np.int64), np.max(ends, axis=0).astype(np.int64))

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) for each in inputs))
        numbers = left - self.input_zero_point
        products = numbers * (right - self.alpha_zero_point)
        above, below = (
            rescaled_twice(values[..., None], [each])[..., 0]
            for values, each in zip((numbers, products), self.multipliers, strict=True)
        )
        return (self.output.of_values(np.where(numbers >= 0, above, below)),)


@np.errstate(over="ignore")
def _quotients(op: ModelOp) -> tuple[float, float]:
    (scale, _), (alpha, _), (output, _) = (scale_of(each) for each in (op.input(0), op.input(1), op.output))
    single = np.float32(scale)
    return float(single / np.float32(output)), float(single * np.float32(alpha) / np.float32(output))


def refusal(op: ModelOp) -> str | None:
    if op.output.kind is INT16:  # what the reference gives for int16 is not this function
        return ""
    why = binary_refusal(op)
    if why is not None or op.output.kind is FLOAT32:
        return why
    reaches = zip((255, LARGEST_PRODUCT[INT8]), _quotients(op), strict=True)
    leaves = any(reach << max(multiplier(quotient).exponent, 0) >= 2**31 - 2**20 for reach, quotient in reaches)
    return BEYOND_32_BITS if leaves else None


def computation(op: ModelOp) -> PreluInt8 | BinaryFloat32:
    source, alpha, output = op.input(0), op.input(1), op.output
    if source.kind is FLOAT32:
        return BinaryFloat32.of(op, BinaryFunction.PRELU)
    above, below = multipliers_of(_quotients(op))
    return PreluInt8(
        broadcast(source, alpha, output),
        scale_of(source)[1],
        scale_of(alpha)[1],
        (above, below),
        OutputRange.whole(output),
    )


OPERATIONS = {"PRELU": OpKind(refusal, computation, operands=slice(2))}
