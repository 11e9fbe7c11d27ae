"""ADD and SUB with broadcasting. Inputs of int8 are raised by 20 bits, those of int16 by 15, and brought to one scale;
sums are rounded twice.

Source: TFLite's reference kernels `reference_ops::Add` and `Sub`."""

from __future__ import annotations

import math
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
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, multipliers_of
from rune.compiler.anvil.ops.types import FLOAT32, INT8, INT16, SCALES_APART
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, multiplier, rescale_twice, scale_of
from rune.compiler.anvil.rows import ByRows, RowWork
from rune.model.tflite import SumOptions, Tensor

LEFT_SHIFT = {INT8: 20, INT16: 15}
"""Bits by which the reference raises the inputs before it rounds them to the common scale."""


@dataclass(frozen=True, eq=False)
class AddInt8(Computation, CarriesChannels, ByRows):
    """Scales and zero points of both inputs and the output's scale; what each of the 256 bytes of an input adds, at
    2**20 times the common scale; and the multiplier from there back. A SUB adds the right input's opposite: its scale
    and its terms have the other sign."""

    shape: Broadcast
    is_dense: bool
    """Whether both inputs have the output's shape."""
    left: tuple[float, int]
    right: tuple[float, int]
    output_scale: float
    left_terms: Integers
    right_terms: Integers
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        left, right = self.shape.spread(*(each.astype(np.int64) + 128 for each in inputs))
        return (self.bytes().astype(np.int8)[left, right],)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if self.multiplier.exponent > 0:  # a left shift may leave 32 bits
            return None
        sums = ChannelRange(np.zeros(1, np.int64), np.zeros(1, np.int64))
        for each, terms in zip(inputs, (self.left_terms, self.right_terms), strict=True):
            ends = terms[each.least + 128], terms[each.greatest + 128]
            sums = ChannelRange(sums.least + np.minimum(*ends), sums.greatest + np.maximum(*ends))
        return ChannelRange(*self._bytes(np.stack((sums.least, sums.greatest))))

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, shape=self.shape.carrying(keep))

    def row_work(self, rows: int) -> RowWork | None:
        if not self.is_dense:
            return None
        return RowWork(replace(self, shape=Broadcast.dense(self.shape.count // rows)), rows)

    def bytes(self) -> Integers:
        """The reference's output for all pairs of bytes, [left, right] from -128 on."""
        return self._bytes(self.left_terms[:, None] + self.right_terms[None, :])

    def _bytes(self, sums: Integers) -> Integers:
        return np.clip(
            _rescaled(sums, self.multiplier) + self.output.zero_point, self.output.minimum, self.output.maximum
        )


@dataclass(frozen=True)
class AddInt16(Computation, CarriesChannels):
    """The multipliers of the inputs, raised by 15 bits, to the common scale, and the one from there back. A SUB takes
    the right input from the left one."""

    shape: Broadcast
    is_dense: bool
    left: Multiplier
    right: Multiplier
    subtracts: bool
    multiplier: Multiplier
    output: OutputRange

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return (self._stored_values(*self.shape.spread(*inputs)),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        left, right = inputs
        ends = (right.greatest, right.least) if self.subtracts else (right.least, right.greatest)
        return ChannelRange(
            self._stored_values(left.least, ends[0]).astype(np.int64),
            self._stored_values(left.greatest, ends[1]).astype(np.int64),
        )

    def carrying(self, keep: Mask) -> Computation:
        return replace(self, shape=self.shape.carrying(keep))

    def _stored_values(self, one: Array, other: Array) -> Array:
        left, right = (
            _rescaled(each.astype(np.int64) << LEFT_SHIFT[INT16], by)
            for each, by in ((one, self.left), (other, self.right))
        )
        return self.output.of_values(_rescaled(left - right if self.subtracts else left + right, self.multiplier))


def refusal(op: ModelOp) -> str | None:
    why = arithmetic_refusal(op)
    if why is not None or op.output.kind not in LEFT_SHIFT:
        return why
    options = op.operator.options
    assert isinstance(options, SumOptions)  # noqa: S101 - the reader gives these for this op
    are_powers = op.output.kind is INT16 and options.powers_of_two
    if are_powers and all(_is_power_of_two(each) for each in (op.input(0), op.input(1), op.output)):
        return "scales that are powers of two, and the option of old files that asks for shifts"
    return SCALES_APART if _back(op) >= 1 else None


def _is_power_of_two(tensor: Tensor) -> bool:
    """Returns whether the reference takes the scale for one."""
    logarithm = math.log2(scale_of(tensor)[0])
    return abs(logarithm - round(logarithm)) < 1e-3


def _common(op: ModelOp) -> float:
    return 2 * max(scale_of(op.input(0))[0], scale_of(op.input(1))[0])


def _back(op: ModelOp) -> float:
    """The scaling of a sum from the common scale to the output's."""
    return _common(op) / ((1 << LEFT_SHIFT[op.output.kind]) * scale_of(op.output)[0])


def _computation(op: ModelOp, operation: BinaryFunction) -> Computation:
    left, right, output = op.input(0), op.input(1), op.output
    if are_whole(op):
        return BinaryInt32.of(op, operation)
    if left.kind is FLOAT32:
        return BinaryFloat32.of(op, operation)
    sign = -1 if operation is BinaryFunction.SUB else 1
    common = _common(op)
    (back,) = multipliers_of([_back(op)])
    if output.kind is INT16:
        left_by, right_by = (multiplier(scale_of(each)[0] / common) for each in (left, right))
        to = OutputRange.of(activation_of(op), output)
        is_dense = left.shape == right.shape == output.shape
        subtracts = operation is BinaryFunction.SUB
        return AddInt16(broadcast(left, right, output), is_dense, left_by, right_by, subtracts, back, to)
    right_scale, right_zero = scale_of(right)
    return AddInt8(
        broadcast(left, right, output),
        left.shape == right.shape == output.shape,
        scale_of(left),
        (sign * right_scale, right_zero),
        scale_of(output)[0],
        _terms(left, common),
        sign * _terms(right, common),
        back,
        OutputRange.of(activation_of(op), output),
    )


def _add(op: ModelOp) -> Computation:
    return _computation(op, BinaryFunction.ADD)


def _sub(op: ModelOp) -> Computation:
    return _computation(op, BinaryFunction.SUB)


def _terms(tensor: Tensor, common: float) -> Integers:
    scale, zero_point = scale_of(tensor)
    return _rescaled(
        (np.arange(-128, 128, dtype=np.int64) - zero_point) << LEFT_SHIFT[INT8], multiplier(scale / common)
    )


def _rescaled(values: Integers, by: Multiplier) -> Integers:
    return rescale_twice(values, np.array(by.mantissa), np.array(by.exponent))


OPERATIONS = {
    "ADD": OpKind(refusal, _add, operands=slice(2)),
    "SUB": OpKind(refusal, _sub, operands=slice(2)),
}
