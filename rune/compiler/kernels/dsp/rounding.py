"""Decides when sums may be rounded as `requantize.h` does, and names functions by the range of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, are_in_reach, rescaled_twice, sum_bounds
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier

FARTHEST_SUM: Final = 2**30 - 1
"""The farthest sum whose double has a place in 32 bits."""
LARGEST_SHIFT: Final = 22
"""A zero point of 8 bits, raised by it, has a place in 32 bits beside the value."""
_QUARTER: Final = Multiplier(2**30, -1)


@dataclass(frozen=True, eq=False)
class ChannelSums:
    """Sums over weights [channel, number] of bytes that count from a zero point, and what brings each to a byte."""

    weights: Integers
    bias: NDArray[np.generic]
    multipliers: Sequence[Multiplier]
    input_zero_point: int

    @property
    def bounds(self) -> ChannelRange:
        """The least and the greatest sum of each channel, for any bytes."""
        return sum_bounds(self.weights, self.bias, self.input_zero_point)


def settled(sums: ChannelSums, to: OutputRange) -> ChannelSums:
    """The same bytes, where a channel that gives one byte for all inputs has no weights and a plain multiplier.

    Training leaves such channels with multipliers so small that their biases leave 30 bits.
    """
    bounds = sums.bounds
    if not are_in_reach(bounds, sums.multipliers):
        return sums
    least, greatest = (to.of_values(rescaled_twice(end, sums.multipliers)) for end in (bounds.least, bounds.greatest))
    is_constant = least == greatest
    values = least.astype(np.int64) - to.zero_point
    return ChannelSums(
        np.where(is_constant[:, None], 0, sums.weights),
        np.where(is_constant, 4 * values, sums.bias),
        [_QUARTER if constant else each for constant, each in zip(is_constant, sums.multipliers, strict=True)],
        sums.input_zero_point,
    )


def are_short(sums: ChannelSums) -> bool:
    """Returns whether all sums and all multipliers are within what the kernels take."""
    bounds = sums.bounds
    reach = max(-int(bounds.least.min(initial=0)), int(bounds.greatest.max(initial=0)))
    return reach <= FARTHEST_SUM and all(map(is_right_shift, sums.multipliers))


def is_right_shift(multiplier: Multiplier) -> bool:
    """Returns whether the kernels can shift by it."""
    return 0 < -multiplier.exponent <= LARGEST_SHIFT


def ending(to: OutputRange) -> str:
    """Returns the ending of the name of a function that gives bytes of this range."""
    return "" if (to.minimum, to.maximum) == (-128, 127) else "_bounded"
