"""Sums of products of int16, and how they become numbers of int16: what ops of int16 with weights share.

Sums have 64 bits, or 32 where the op says that its bias has. The reference brings them to the output's scale in three
ways: those of 64 bits by a multiplier that keeps 16 of its 31 bits, those of 32 bits as sums of int8, and those of a
FULLY_CONNECTED in double precision. Source: TFLite's `MultiplyByQuantizedMultiplier` (`internal/common.cc`) and its
reference kernel `reference_integer_ops::FullyConnected`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Mask
from rune.compiler.anvil.operation import ModelOp, require
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, are_in_reach, rescaled_twice
from rune.compiler.anvil.ops.types import (
    BEYOND_32_BITS,
    INT8,
    INT16,
    INT32,
    SCALES_APART,
    are,
    array,
    channel_scales,
    scale_refusal,
)
from rune.compiler.anvil.requantisation.fixed_point import (
    Integers,
    Multiplier,
    activation_range,
    multiplier,
    nearest_products,
)
from rune.model.profile import LITERT
from rune.model.tflite import Activation, Tensor, TensorKind

LARGEST_EXPONENT = 7
"""The largest exponent of a multiplier of 16 bits that the reference takes."""

FARTHEST_SUM = 1 << 47
"""Sums of 64 bits stay below it, in the reference too."""

FARTHEST_RESULT = 2**31 - 2**20
"""Sums of 32 bits that are shifted to the left, and results in double precision, stay below it."""

BEYOND_47_BITS = "sums that may leave 47 bits"


class SumRescaling(ABC):
    """From sums [any, channel] to the output."""

    @abstractmethod
    def of_sums(self, sums: Integers) -> NDArray[np.int16]:
        """Returns the stored form of sums."""

    @abstractmethod
    def are_in_reach(self, sums: ChannelRange) -> bool:
        """Returns whether no sum of the range leaves its bits on its way; there a greater sum may give a smaller
        number."""

    @abstractmethod
    def for_channels(self, keep: Mask) -> SumRescaling:
        """The same without the other channels."""

    def bounds(self, sums: ChannelRange) -> ChannelRange | None:
        """Returns the bounds of the output."""
        if not self.are_in_reach(sums):
            return None
        return ChannelRange(*(self.of_sums(end).astype(np.int64) for end in (sums.least, sums.greatest)))


_Each = TypeVar("_Each")


def _selected(each: tuple[_Each, ...], keep: Mask) -> tuple[_Each, ...]:
    """Returns the values of the channels that stay; one for all stays."""
    return each if len(each) == 1 else tuple(one for one, stays in zip(each, keep, strict=True) if stays)


@dataclass(frozen=True)
class WideRescaling(SumRescaling):
    """(sum * mantissa + half) >> shift, with a multiplier a channel or one for all; then the activation's bounds."""

    multipliers: tuple[Multiplier, ...]
    minimum: int
    maximum: int

    @staticmethod
    def of(reals: Sequence[float], activation: Activation, output: Tensor) -> WideRescaling:
        return WideRescaling(tuple(map(multiplier, reals)), *activation_range(activation, output))

    def of_sums(self, sums: Integers) -> NDArray[np.int16]:
        # A result wraps at 32 bits, as in the reference.
        return np.clip(self._scaled(sums).astype(np.int32), self.minimum, self.maximum).astype(np.int16)

    def are_in_reach(self, sums: ChannelRange) -> bool:
        ends = (self._scaled(end) for end in (sums.least, sums.greatest))
        return all(bool((np.abs(end) < 2**31).all()) for end in ends)

    def for_channels(self, keep: Mask) -> WideRescaling:
        return replace(self, multipliers=_selected(self.multipliers, keep))

    def _scaled(self, sums: Integers) -> Integers:
        return (sums * self.mantissas + (np.int64(1) << (self.shifts - 1))) >> self.shifts

    @property
    def mantissas(self) -> Integers:
        """Mantissas of 15 bits."""
        return np.array([min((each.mantissa + 2**15) >> 16, 2**15 - 1) for each in self.multipliers], np.int64)

    @property
    def shifts(self) -> Integers:
        """Shifts to the right, from 8 to 46."""
        return np.array([15 - each.exponent for each in self.multipliers], np.int64)


@dataclass(frozen=True)
class ShortRescaling(SumRescaling):
    """The rescaling of sums that have 32 bits: rounded twice, with a multiplier a channel."""

    multipliers: tuple[Multiplier, ...]
    output: OutputRange

    def of_sums(self, sums: Integers) -> NDArray[np.int16]:
        return self.output.of_values(rescaled_twice(sums, self.multipliers))

    def are_in_reach(self, sums: ChannelRange) -> bool:
        return are_in_reach(sums, self.multipliers)

    def for_channels(self, keep: Mask) -> ShortRescaling:
        return replace(self, multipliers=_selected(self.multipliers, keep))


@dataclass(frozen=True)
class NearestRescaling(SumRescaling):
    """The nearest number (halves away from zero) to the product with a scale of double precision, one a channel."""

    scales: tuple[float, ...]
    minimum: int
    maximum: int

    def of_sums(self, sums: Integers) -> NDArray[np.int16]:
        return np.clip(nearest_products(sums, self.scales), self.minimum, self.maximum).astype(np.int16)

    def are_in_reach(self, sums: ChannelRange) -> bool:
        ends = np.stack([sums.least, sums.greatest]) * np.array(self.scales)
        return bool((np.abs(ends) < FARTHEST_RESULT).all())

    def for_channels(self, keep: Mask) -> NearestRescaling:
        return replace(self, scales=_selected(self.scales, keep))


def are_wide(source: Tensor, weights: Tensor, output: Tensor) -> bool:
    """Returns whether numbers of int16 are multiplied by weights of int8."""
    return are(INT16, source, output) and are(INT8, weights)


def wide_refusal(
    op: ModelOp, axis: int, has_short_bias: bool, quotients: Callable[[ModelOp, int], Sequence[float]]
) -> str | None:
    """Returns why an op of such numbers and weights, with the bias behind them, has no kernel. `axis` is the
    weights' channel; `quotients` gives those of scales, one for each of so many channels, once it is certain that
    there are scales."""
    source, weights, bias, output = op.input(0), op.input(1), op.optional_input(2), op.output
    why = scale_refusal(source, output)
    if why is not None:
        return why
    if len(weights.shape) <= axis or not channel_scales(weights, axis):
        return "weights with a zero point or scales of another dimension"
    if bias is not None and not are(INT32 if has_short_bias else TensorKind.INT64, bias):
        return f"a bias of {bias.kind.name.lower()} that its options do not name"
    if weights.data is None or (bias is not None and bias.data is None):
        return "weights that are not constant"
    others = tuple(each for each in range(len(weights.shape)) if each != axis)
    reach = np.abs(array(weights, np.int8).astype(np.float64)).sum(axis=others) * 2**15
    if bias is not None:
        reach = reach + np.abs(wide_bias(op, len(reach)).astype(np.float64))
    if reach.max(initial=0) >= FARTHEST_SUM:
        return BEYOND_47_BITS
    reals = quotients(op, len(reach))
    exponents = np.array([multiplier(real).exponent for real in reals])
    if op.operator.op == "FULLY_CONNECTED":
        is_far = (reach * np.array(reals)).max(initial=0) >= FARTHEST_RESULT
        return BEYOND_32_BITS if is_far or (has_short_bias and reach.max(initial=0) >= 2**31) else None
    if has_short_bias:
        is_far = bool((reach * 2.0 ** np.maximum(exponents, 0) >= FARTHEST_RESULT).any())
        return BEYOND_32_BITS if is_far else None
    return SCALES_APART if exponents.max(initial=0) > LARGEST_EXPONENT else None


def sum_rescaling(op: ModelOp, has_short_bias: bool, reals: Sequence[float], activation: Activation) -> SumRescaling:
    """Returns the reference's rescaling for an op that `wide_refusal` has not refused."""
    if op.operator.op == "FULLY_CONNECTED" and op.profile is LITERT:
        return NearestRescaling(tuple(reals), *activation_range(activation, op.output))
    if has_short_bias:
        return ShortRescaling(tuple(map(multiplier, reals)), OutputRange.of(activation, op.output))
    return WideRescaling.of(reals, activation, op.output)


def wide_bias(op: ModelOp, channels: int) -> NDArray[np.int64]:
    """The bias of an op, or zeros. Raises `Contradiction` for a bias of another length."""
    bias = op.optional_input(2)
    if bias is None:
        return np.zeros(channels, np.int64)
    require(bias.count == channels, f"the bias has {bias.count} values for {channels} channels")
    return array(bias, np.int32 if bias.kind is INT32 else np.int64).reshape(-1).astype(np.int64)
