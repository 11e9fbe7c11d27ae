"""SQUARED_DIFFERENCE with broadcasting.

int8 inputs are raised by 7 bits and brought to one scale; the square of their difference is rounded twice. Source:
TFLite's kernel `squared_difference.cc`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind
from rune.compiler.anvil.ops.elementwise.binary_float32 import BinaryFloat32, BinaryFunction
from rune.compiler.anvil.ops.elementwise.broadcast import Broadcast, binary_refusal, broadcast
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, are_in_reach, multipliers_of, rescaled_twice
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT16
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, multiplier, rescale_twice, scale_of
from rune.model.tflite import Tensor

LEFT_SHIFT = 7
"""Bits by which the reference raises the inputs before it rounds them to the common scale."""


@dataclass(frozen=True, eq=False)
class SquaredDifferenceInt8(Computation):
    """The 256 bytes of an input at 2**7 times the common scale, from -128 on, and the multiplier of a
    square."""

    shape: Broadcast
    is_dense: bool
    left_terms: Integers
    right_terms: Integers
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) + 128 for each in inputs))
        squares = (self.left_terms[left] - self.right_terms[right]) ** 2
        return (self._bytes(squares),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if not self.is_dense:
            return None
        left, right = (
            ChannelRange(terms[each.least + 128], terms[each.greatest + 128])
            for each, terms in zip(inputs, (self.left_terms, self.right_terms), strict=True)
        )
        ends = np.stack([left.least - right.greatest, left.greatest - right.least])
        nearest = np.where(np.sign(ends[0]) * np.sign(ends[1]) > 0, np.abs(ends).min(axis=0), 0)
        squares = ChannelRange(nearest**2, np.abs(ends).max(axis=0) ** 2)
        if not are_in_reach(squares, [self.multiplier]):
            return None
        return ChannelRange(*(self._bytes(end).astype(np.int64) for end in (squares.least, squares.greatest)))

    def _bytes(self, squares: Array) -> Array:
        return self.output.of_values(rescaled_twice(squares[..., None], [self.multiplier])[..., 0])


def _common(op: ModelOp) -> float:
    return 2 * max(scale_of(op.input(0))[0], scale_of(op.input(1))[0])


def _multiplier(op: ModelOp) -> float:
    return _common(op) ** 2 / ((1 << 2 * LEFT_SHIFT) * scale_of(op.output)[0])


def refusal(op: ModelOp) -> str | None:
    if op.is_unsigned or op.output.kind is INT16:
        return ""
    why = binary_refusal(op)
    if why is not None or op.output.kind is FLOAT32:
        return why
    return BEYOND_32_BITS if _multiplier(op) >= 1 else None


def computation(op: ModelOp) -> SquaredDifferenceInt8 | BinaryFloat32:
    left, right, output = op.input(0), op.input(1), op.output
    if left.kind is FLOAT32:
        return BinaryFloat32.of(op, BinaryFunction.SQUARED_DIFFERENCE)
    (back,) = multipliers_of([_multiplier(op)])
    return SquaredDifferenceInt8(
        broadcast(left, right, output),
        left.shape == right.shape == output.shape,
        _terms(left, _common(op)),
        _terms(right, _common(op)),
        back,
        OutputRange.whole(output),
    )


def _terms(tensor: Tensor, common: float) -> Integers:
    scale, zero_point = scale_of(tensor)
    rescale = multiplier(scale / common)
    numbers = (np.arange(-128, 128, dtype=np.int64) - zero_point) << LEFT_SHIFT
    return rescale_twice(numbers, np.array(rescale.mantissa), np.array(rescale.exponent))


OPERATIONS = {"SQUARED_DIFFERENCE": OpKind(refusal, computation, operands=slice(2))}
