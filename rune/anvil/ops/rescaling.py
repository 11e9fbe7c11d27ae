"""How sums of products become bytes: the multipliers, and the range of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.anvil.fixed_point import Integers, Multiplier, activation_range, multiplier, scale_of
from rune.anvil.operation import require
from rune.tflite import Activation, Tensor

LARGEST_EXPONENT = 30
"""The largest left shift of 32 bits."""


@dataclass(frozen=True)
class OutputRange:
    """The output's zero point and the least and greatest byte that the fused activation leaves."""

    zero_point: int
    minimum: int
    maximum: int

    @staticmethod
    def of(activation: Activation, output: Tensor) -> OutputRange:
        return OutputRange(scale_of(output)[1], *activation_range(activation, output))


@dataclass(frozen=True)
class SumBounds:
    """The least and the greatest sum that each channel can reach."""

    least: Integers
    greatest: Integers


def sum_bounds(weights: Integers, bias: NDArray[np.generic], input_zero_point: int) -> SumBounds:
    """What sums can be: `weights` are [channel, number], each number any byte, or zero in a padding."""
    low, high = -128 - input_zero_point, 127 - input_zero_point
    rising, falling = np.maximum(weights, 0).sum(axis=1), np.minimum(weights, 0).sum(axis=1)
    start = bias.astype(np.int64)
    return SumBounds(start + rising * low + falling * high, start + rising * high + falling * low)


def multipliers_of(reals: Sequence[float]) -> tuple[Multiplier, ...]:
    """The multipliers. Raises `Contradiction` for scales so far apart that a sum would be shifted away."""
    found = tuple(multiplier(real) for real in reals)
    require(all(each.exponent <= LARGEST_EXPONENT for each in found), "its scales are too far apart")
    return found
