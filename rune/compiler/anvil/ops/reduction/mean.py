"""MEAN and SUM over some dimensions.

The sum of int8 or int16 numbers, each counted from the zero point, times input scale / output scale is rounded
twice; of a mean the multiplier holds the division by their count too, which loses some of its bits as in the
reference. Source: TFLite's reference kernels `reference_ops::QuantizedMeanOrSum`, `Mean` and `ReduceGeneric`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.computation import Array, CarriesChannels, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.numbers.rescaling import (
    FARTHEST_NUMBER,
    LARGEST_EXPONENT,
    OutputRange,
    are_in_reach,
    rescaled_twice,
)
from rune.compiler.anvil.ops.reshaping.rearrangement import integers
from rune.compiler.anvil.ops.types import BEYOND_32_BITS, FLOAT32, INT8, are, are_quantized, scale_refusal
from rune.compiler.anvil.requantisation.fixed_point import Multiplier, multiplier, scale_of

RANK = 6
"""Dimensions that kernels go through."""

SUM_OF_INT8 = "whose bytes the reference kernels add as if they were uint8, which gives no sum"
"""The kernels cut the result off at 0 and 255 of the output's zero point. The author of the model meant the sum, and
the host gives those other bytes, so a rune does neither by itself."""


@dataclass(frozen=True)
class Reduction:
    """The input's dimensions, as many as kernels go through, and the steps from each index to the next in the output;
    0 where the output has one number for all of them."""

    sizes: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def count(self) -> int:
        """Numbers that go into one."""
        return math.prod(size for size, step in zip(self.sizes, self.steps, strict=True) if not step)

    @property
    def outputs(self) -> int:
        """How many come out."""
        return math.prod(self.sizes) // self.count

    def sums(self, values: Array) -> Array:
        """Returns the sums over the dimensions without a step."""
        axes = tuple(axis for axis, step in enumerate(self.steps) if not step)
        return np.asarray(values.reshape(self.sizes).sum(axis=axes)).reshape(-1)

    def in_order(self, values: Array) -> Array:
        """[number, output]: for each output what goes into it."""
        reduced_axes = [axis for axis, step in enumerate(self.steps) if not step]
        remaining = [axis for axis, step in enumerate(self.steps) if step]
        return values.reshape(self.sizes).transpose(*reduced_axes, *remaining).reshape(self.count, self.outputs)

    @property
    def keeps_channels(self) -> bool:
        """Whether the output's last dimension is the input's."""
        return self.steps[-1] != 0

    def with_channels(self, count: int) -> Reduction:
        """The same over another number of channels, which are kept."""
        steps = (step // self.sizes[-1] * count for step in self.steps[:-1])
        return Reduction((*self.sizes[:-1], count), (*steps, 1))

    @property
    def fields(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Names and values, as `struct rune_reduction` (kernels/portable/reduction/mean.h) has them."""
        return (("sizes", self.sizes), ("steps", self.steps))


@dataclass(frozen=True)
class MeanQuantized(Computation, CarriesChannels):
    """A mean or a sum, by its multiplier."""

    reduction: Reduction
    input_zero_point: int
    multiplier: Multiplier
    output: OutputRange

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        sums = self.reduction.sums(inputs[0].astype(np.int64)) - self.input_zero_point * self.reduction.count
        return (self._stored_values(sums),)

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        if not self.reduction.keeps_channels:
            return None
        numbers = inputs[0].counted_from(self.input_zero_point)
        count = self.reduction.count
        sums = ChannelRange(numbers.least * count, numbers.greatest * count)
        if not are_in_reach(sums, [self.multiplier]):
            return None
        return ChannelRange(*(self._stored_values(end).astype(np.int64) for end in (sums.least, sums.greatest)))

    def carrying(self, keep: Mask) -> Computation | None:
        if not self.reduction.keeps_channels:
            return None
        return replace(self, reduction=self.reduction.with_channels(int(keep.sum())))

    def _stored_values(self, sums: Array) -> Array:
        return self.output.of_values(rescaled_twice(sums[:, None], [self.multiplier])[:, 0])


@dataclass(frozen=True)
class MeanFloat32(Computation):
    """Sums over `divisor`, which is 1 where only the sum is asked for. Floats are added in order, and rounded each
    time."""

    reduction: Reduction
    divisor: int

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = self.reduction.in_order(inputs[0].astype(np.float32))
        return (np.cumsum(numbers, axis=0, dtype=np.float32)[-1] / np.float32(self.divisor),)


def refusal(op: ModelOp) -> str | None:
    source, output = op.input(0), op.output
    if are_quantized(source, output):
        why = scale_refusal(source, output)
        if why is not None:
            return why
    elif not are(FLOAT32, source, output):
        return ""
    if op.input(1).data is None:
        return "dimensions that are not constant"
    if not source.shape or len(source.shape) > RANK:
        return f"with no dimension, or more than {RANK}"
    if source.kind is FLOAT32:
        return None
    reduction = reduction_of(op)
    reach = FARTHEST_NUMBER[source.kind] * reduction.count
    if reach >= 2**31:
        return "sums that leave 32 bits"
    multipliers = [_multiplier(op, count) for count in (1, reduction.count)]
    if any(not -31 <= each.exponent <= LARGEST_EXPONENT for each in multipliers):
        return BEYOND_32_BITS
    return BEYOND_32_BITS if any(reach << max(each.exponent, 0) >= 2**31 - 2**20 for each in multipliers) else None


def reduction_of(op: ModelOp) -> Reduction:
    """Raises `Contradiction` for a dimension that is not there."""
    shape, axes_input = op.input(0).shape, integers(op.input(1))
    require(all(-len(shape) <= axis < len(shape) for axis in axes_input), "it reduces a dimension that is not there")
    axes = {axis % len(shape) for axis in axes_input}
    steps, step = [], 1
    for axis in reversed(range(len(shape))):
        steps.append(0 if axis in axes else step)
        step *= 1 if axis in axes else shape[axis]
    before = RANK - len(shape)
    return Reduction((1,) * before + shape, (1,) * before + tuple(reversed(steps)))


def _multiplier(op: ModelOp, count: int) -> Multiplier:
    """The scales' quotient, over a count that takes its bits from the mantissa as the reference does."""
    whole = multiplier(scale_of(op.input(0))[0] / scale_of(op.output)[0])
    shift = min(count.bit_length() - 1, 32, 31 + whole.exponent)
    return Multiplier((whole.mantissa << shift) // count, whole.exponent - shift) if shift >= 0 else whole


def _mean_or_sum(op: ModelOp, is_mean: bool) -> MeanQuantized | MeanFloat32:
    source, output = op.input(0), op.output
    reduction = reduction_of(op)
    require(reduction.outputs == output.count, f"the output is {list(output.shape)}, too many or too few numbers")
    divisor = reduction.count if is_mean else 1
    if source.kind is FLOAT32:
        return MeanFloat32(reduction, divisor)
    return MeanQuantized(reduction, scale_of(source)[1], _multiplier(op, divisor), OutputRange.whole(output))


def _mean(op: ModelOp) -> MeanQuantized | MeanFloat32:
    return _mean_or_sum(op, True)


def _sum(op: ModelOp) -> MeanQuantized | MeanFloat32:
    return _mean_or_sum(op, False)


def _sum_refusal(op: ModelOp) -> str | None:
    if are_quantized(op.output) and not op.is_unsigned:
        return SUM_OF_INT8 if are(INT8, op.output) else ""
    return refusal(op)


OPERATIONS = {"MEAN": OpKind(refusal, _mean), "SUM": OpKind(_sum_refusal, _sum)}
