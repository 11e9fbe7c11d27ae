"""ADD and SUB with broadcasting. int8 inputs are raised by 20 bits and brought to one scale; sums are rounded twice.

Source: TFLite's reference kernels `reference_ops::Add` and `Sub`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rune.anvil.channels import CarriesChannels, Mask, Range
from rune.anvil.computation import Array, Computation
from rune.anvil.fixed_point import Integers, Multiplier, multiplier, rescale_twice, scale_of
from rune.anvil.operation import Op, Operation
from rune.anvil.ops.binary_float32 import Binary, BinaryFloat32
from rune.anvil.ops.binary_int32 import BinaryInt32
from rune.anvil.ops.broadcast import Broadcast, activation_of, are_whole, arithmetic_refusal, broadcast
from rune.anvil.ops.rescaling import OutputRange, multipliers_of
from rune.anvil.ops.types import FLOAT32
from rune.anvil.rows import ByRows, RowWork
from rune.tflite import Tensor

LEFT_SHIFT = 20
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

    def bounds(self, *inputs: Range) -> Range | None:
        if not self.is_dense or self.multiplier.exponent > 0:  # a left shift may leave 32 bits
            return None
        sums = Range(np.zeros(1, np.int64), np.zeros(1, np.int64))
        for each, terms in zip(inputs, (self.left_terms, self.right_terms), strict=True):
            ends = terms[each.least + 128], terms[each.greatest + 128]
            sums = Range(sums.least + np.minimum(*ends), sums.greatest + np.maximum(*ends))
        return Range(self._bytes(sums.least), self._bytes(sums.greatest))

    def carrying(self, keep: Mask) -> Computation | None:
        if not self.is_dense:
            return None
        return replace(self, shape=Broadcast.dense(self.shape.count // len(keep) * int(keep.sum())))

    def row_work(self, rows: int) -> RowWork | None:
        if not self.is_dense:
            return None
        return RowWork(replace(self, shape=Broadcast.dense(self.shape.count // rows)), rows)

    def bytes(self) -> Integers:
        """The reference's output for all pairs of bytes, [left, right] from -128 on."""
        return self._bytes(self.left_terms[:, None] + self.right_terms[None, :])

    def _bytes(self, sums: Integers) -> Integers:
        scaled = rescale_twice(sums, np.array(self.multiplier.mantissa), np.array(self.multiplier.exponent))
        return np.clip(scaled + self.output.zero_point, self.output.minimum, self.output.maximum)


def _computation(op: Op, operation: Binary) -> Computation:
    left, right, output = op.input(0), op.input(1), op.output
    if are_whole(op):
        return BinaryInt32.of(op, operation)
    if left.kind is FLOAT32:
        return BinaryFloat32.of(op, operation)
    sign = -1 if operation is Binary.SUB else 1
    common = 2 * max(scale_of(left)[0], scale_of(right)[0])
    (back,) = multipliers_of([common / ((1 << LEFT_SHIFT) * scale_of(output)[0])])
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


def _add(op: Op) -> Computation:
    return _computation(op, Binary.ADD)


def _sub(op: Op) -> Computation:
    return _computation(op, Binary.SUB)


def _terms(tensor: Tensor, common: float) -> Integers:
    scale, zero_point = scale_of(tensor)
    rescale = multiplier(scale / common)
    raised = (np.arange(-128, 128, dtype=np.int64) - zero_point) << LEFT_SHIFT
    return rescale_twice(raised, np.array(rescale.mantissa), np.array(rescale.exponent))


OPERATIONS = {
    "ADD": Operation(arithmetic_refusal, _add, operands=slice(2)),
    "SUB": Operation(arithmetic_refusal, _sub, operands=slice(2)),
}
