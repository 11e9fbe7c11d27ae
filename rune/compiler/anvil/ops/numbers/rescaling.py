"""Computes how sums of products become numbers of 8 or 16 bits: the multipliers, and the range of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.operation import ModelOp, require
from rune.compiler.anvil.ops.reshaping.rearrangement import ELEMENTS
from rune.compiler.anvil.ops.types import INT8, INT16
from rune.compiler.anvil.requantisation.fixed_point import (
    Integers,
    Multiplier,
    activation_range,
    multiplier,
    rescale_twice,
    scale_of,
)
from rune.model.profile import TFLM
from rune.model.tflite import Activation, Tensor

LARGEST_EXPONENT = 30
"""The largest left shift of 32 bits."""


def precision(op: ModelOp) -> type[np.floating[Any]]:
    """Returns the precision of the numbers in which a runtime multiplies and divides scales, where LiteRT does it in
    single precision."""
    return np.float64 if op.profile is TFLM else np.float32


FARTHEST_NUMBER = {INT8: 255, INT16: 1 << 15}
"""How far a number lies from its zero point, at most."""


@dataclass(frozen=True)
class OutputRange:
    """The output's zero point, the least and greatest number that the fused activation leaves, and their type: int8 or
    int16."""

    zero_point: int
    minimum: int
    maximum: int
    element: np.dtype[Any] = ELEMENTS[INT8]

    @staticmethod
    def of(activation: Activation, output: Tensor) -> OutputRange:
        return OutputRange(scale_of(output)[1], *activation_range(activation, output), ELEMENTS[output.kind])

    @staticmethod
    def whole(output: Tensor) -> OutputRange:
        """Returns the full range of an op without an activation."""
        return OutputRange.of(Activation.NONE, output)

    def of_values(self, values: Integers) -> NDArray[Any]:
        """Returns the stored form of values that are counted from the zero point."""
        results = (values + self.zero_point).astype(np.int32)  # wraps, as in the kernels
        return np.clip(results, self.minimum, self.maximum).astype(self.element)


def sum_bounds(weights: Integers, bias: NDArray[np.generic], input_zero_point: int) -> ChannelRange:
    """Returns the bounds of sums: `weights` are [channel, number], each number any byte, or zero in a padding."""
    low, high = -128 - input_zero_point, 127 - input_zero_point
    rising, falling = np.maximum(weights, 0).sum(axis=1), np.minimum(weights, 0).sum(axis=1)
    start = bias.astype(np.int64)
    return ChannelRange(start + rising * low + falling * high, start + rising * high + falling * low)


FARTHEST = 2**31 - 2**20
"""Sums up to it, once they are shifted to the left, stay within 32 bits with whatever zero point."""


def rescaled_twice(sums: Array, multipliers: Sequence[Multiplier]) -> Integers:
    """Sums [any, channel] with a multiplier a channel; they wrap at 32 bits, as those of the kernels."""
    mantissas = np.array([each.mantissa for each in multipliers], np.int64)
    exponents = np.array([each.exponent for each in multipliers], np.int64)
    left = np.maximum(exponents, 0)
    wrapped_sums = (sums.astype(np.int64) << left).astype(np.int32).astype(np.int64) >> left
    return rescale_twice(wrapped_sums, mantissas, exponents)


def folded(bias: Array, weights: Integers, values: Integers) -> NDArray[np.int32] | None:
    """The bias with what weights [channel, input] add for inputs that always hold these values; None where it leaves 32
    bits."""
    whole = bias.astype(np.int64) + weights @ values
    return whole.astype(np.int32) if np.abs(whole).max(initial=0) < 2**31 else None


def are_in_reach(sums: ChannelRange, multipliers: Sequence[Multiplier]) -> bool:
    """Returns whether no sum of the range leaves 32 bits on its way to a byte; there a greater sum may give a
    smaller byte."""
    reach = np.maximum(np.abs(sums.least), np.abs(sums.greatest))
    exponents = np.array([each.exponent for each in multipliers], np.int64)
    return bool((reach < FARTHEST >> np.clip(exponents, 0, 31)).all())


def sum_range(weights: Array, bias: Array, inputs: ChannelRange) -> ChannelRange:
    """Between what the sums of weights [channel, input] lie for inputs that are counted from their zero point."""
    # The middle of the inputs, and as far as they go from there; both exact in f64, whose sums are fast.
    exact = weights.astype(np.float64)
    middle = exact @ ((inputs.least + inputs.greatest) / 2) + bias.astype(np.float64)
    reach = np.abs(exact) @ ((inputs.greatest - inputs.least) / 2)
    return ChannelRange((middle - reach).astype(np.int64), (middle + reach).astype(np.int64))


def multipliers_of(reals: Sequence[float]) -> tuple[Multiplier, ...]:
    """The multipliers. Raises `Contradiction` for scales so far apart that a sum would be shifted away."""
    multipliers = tuple(multiplier(real) for real in reals)
    require(all(each.exponent <= LARGEST_EXPONENT for each in multipliers), "its scales are too far apart")
    return multipliers
