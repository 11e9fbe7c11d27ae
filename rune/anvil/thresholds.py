"""The thresholds of a requantisation: the sums at which its value steps.

Requantising never falls as the sum rises. So its values are right for every sum when they are right at both ends of
each stretch between two neighbouring thresholds: a stretch has one value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.anvil.errors import NotProven
from rune.anvil.fixed_point import Integers, rescale_twice


@dataclass(frozen=True)
class Channels:
    """What is known of an op's channels: multipliers, and the least and the greatest sum that each can reach."""

    mantissas: Integers
    exponents: Integers
    least: Integers
    greatest: Integers

    def __getitem__(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Channels:
        return Channels(self.mantissas[which], self.exponents[which], self.least[which], self.greatest[which])

    def exact(self, sums: Integers, lowest: int, highest: int) -> Integers:
        """The reference's values of sums [channel, any], clamped."""
        return np.clip(rescale_twice(sums, self.mantissas[:, None], self.exponents[:, None]), lowest, highest)

    @property
    def reals(self) -> NDArray[np.float64]:
        return np.ldexp(self.mantissas.astype(np.float64), (self.exponents - 31).astype(np.int32))


@dataclass(frozen=True, eq=False)
class Thresholds:
    """`sums[c, i]` is the least sum of channel c whose value is `lowest + 1 + i` or more: from its least sum on, up to
    one beyond its greatest, where no sum is. Values are clamped to `lowest` to `highest`."""

    sums: Integers
    lowest: int
    highest: int

    def stretches(self, channels: Channels) -> tuple[Integers, Integers, Integers]:
        """The first and the last sum of each stretch, and its value: [channel, stretch]. A stretch without a sum has
        a last one below its first."""
        starts = np.concatenate([channels.least[:, None], self.sums], axis=1)
        ends = np.concatenate([self.sums - 1, channels.greatest[:, None]], axis=1)
        values = np.broadcast_to(np.arange(self.lowest, self.highest + 1, dtype=np.int64), starts.shape)
        return starts, ends, values

    def certify(self, channels: Channels) -> None:
        """Raises `NotProven` unless these are the thresholds of the channels: sorted, between the least and the
        greatest sum, and with one exact value from each to the next."""
        if self.sums.shape != (len(channels.least), self.highest - self.lowest):
            raise NotProven(f"there are thresholds of {self.sums.shape}, which is not one a channel and step")
        starts, ends, values = self.stretches(channels)
        if (np.diff(starts, axis=1) < 0).any() or (self.sums > channels.greatest[:, None] + 1).any():
            raise NotProven("the thresholds are not sorted, or lie where no sum is")
        for points in (starts, ends):
            is_wrong = (channels.exact(points, self.lowest, self.highest) != values) & (starts <= ends)
            if is_wrong.any():
                channel, step = np.argwhere(is_wrong)[0].tolist()
                raise NotProven(f"between thresholds {step} and {step + 1} channel {channel} has more than one value")


def thresholds_of(channels: Channels, lowest: int, highest: int) -> Thresholds:
    """The thresholds of channels whose multipliers shift right by at most `LARGEST_RIGHT_SHIFT`."""
    levels = np.arange(lowest + 1, highest + 1, dtype=np.int64)
    right = np.maximum(-channels.exponents, 0)[:, None]
    left = np.maximum(channels.exponents, 0)[:, None]
    half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)
    # The second rounding reaches a level at this result of the first: halves go away from zero.
    product = (levels << right) - half + ((levels <= 0) & (right > 0))
    # And the first reaches that at this sum: ceil((product - 1/2) * 2**31 / mantissa).
    numerator = (product << 31) - (1 << 30)
    first = -((-numerator) // channels.mantissas[:, None])
    first = -((-first) >> left)
    return Thresholds(np.clip(first, channels.least[:, None], channels.greatest[:, None] + 1), lowest, highest)
