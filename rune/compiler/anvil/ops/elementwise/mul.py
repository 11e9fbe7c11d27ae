"""MUL with broadcasting. The product of int8 or int16 numbers, each counted from its zero point, is rounded twice.

Source: TFLite's reference kernel `reference_integer_ops::Mul`; the multiplier is left scale * right scale / output's,
in the runtime's precision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFloat32, BinaryFunction
from rune.compiler.anvil.ops.elementwise.binary_int32 import BinaryInt32
from rune.compiler.anvil.ops.elementwise.broadcast import (
    Broadcast,
    activation_of,
    are_whole,
    arithmetic_refusal,
    broadcast,
)
from rune.compiler.anvil.ops.numbers.rescaling import (
    OutputRange,
    are_in_reach,
    multipliers_of,
    precision,
    rescaled_twice,
)
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT8, INT16
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier, scale_of

LARGEST_PRODUCT = {INT8: 255 * 255, INT16: 2**30}
"""The largest product of two numbers that are counted from their zero points."""


@dataclass(frozen=True)
class MulQuantized(Computation, CarriesChannels):
    """Zero points of both inputs, and the multiplier of their product."""

    shape: Broadcast
    is_dense: bool
    left_zero_point: int
    right_zero_point: int
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) for each in inputs))
        return (self._stored_values((left - self.left_zero_point) * (right - self.right_zero_point)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        left, right = inputs[0].counted_from(self.left_zero_point), inputs[1].counted_from(self.right_zero_point)
        corners = [one * other for one in (left.least, left.greatest) for other in (right.least, right.greatest)]
        products = ChannelRange(np.min(corners, axis=0), np.max(corners, axis=0))
        if not are_in_reach(products, [self.multiplier]):
            return None
        return ChannelRange(*(self._stored_values(end).astype(np.int64) for end in (products.least, products.greatest)))

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, shape=self.shape.carrying(keep))

    def _stored_values(self, products: Array) -> Array:
        return self.output.of_values(rescaled_twice(products[..., None], [self.multiplier])[..., 0])


@np.errstate(over="ignore", under="ignore")
def _multiplier(op: ModelOp) -> float:
    number = precision(op)
    left, right, output = (number(scale_of(each)[0]) for each in (op.input(0), op.input(1), op.output))
    return float(left * right / output)


def refusal(op: ModelOp) -> str | None:
    why = arithmetic_refusal(op)
    if why is not None or op.output.kind not in LARGEST_PRODUCT:
        return why
    left = max(multiplier(_multiplier(op)).exponent, 0)
    return BEYOND_32_BITS if LARGEST_PRODUCT[op.output.kind] << left >= 2**31 - 2**20 else None


def computation(op: ModelOp) -> Computation:
    left, right, output = op.input(0), op.input(1), op.output
    if are_whole(op):
        return BinaryInt32.of(op, BinaryFunction.MUL)
    if left.kind is FLOAT32:
        return BinaryFloat32.of(op, BinaryFunction.MUL)
    (scale,) = multipliers_of([_multiplier(op)])
    return MulQuantized(
        broadcast(left, right, output),
        left.shape == right.shape == output.shape,
        scale_of(left)[1],
        scale_of(right)[1],
        scale,
        OutputRange.of(activation_of(op), output),
    )


OPERATIONS = {"MUL": OpKind(refusal, computation, operands=slice(2))}
