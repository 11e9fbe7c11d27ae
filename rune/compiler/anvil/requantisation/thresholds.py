"""The thresholds of a requantisation: the sums at which its value steps.

Requantising never falls as the sum rises. So its values are right for every sum when they are right at both ends of
each stretch between two neighbouring thresholds: a stretch has one value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.errors import NotProven
from rune.compiler.anvil.requantisation.fixed_point import Integers, nearest_products, rescale_twice

Which = NDArray[np.bool_] | NDArray[np.intp] | slice

LARGEST_SUM = 2**31 - 2**20
"""The sum up to which sums stay within 32 bits with whatever is added to them on their way to a byte."""

CHANNELS_AT_ONCE = 32
"""The channels that are computed at once: so many that their arrays fit into a processor's cache, and are in memory
that was used before: C libraries fetch larger ones from the system each time, which takes longer than to compute
them."""

_BEYOND = 2.0**40
"""No sum is so far from zero."""

LARGEST_RIGHT_SHIFT = 22
"""The largest shift: beyond it a threshold times 2**31 leaves 64 bits; such multipliers are left to the exact
arithmetic."""


def parts(count: int) -> Iterator[slice]:
    """The rows of so many channels, in parts that are computed one after the other."""
    return (slice(first, first + CHANNELS_AT_ONCE) for first in range(0, count, CHANNELS_AT_ONCE))


class Channels(ABC):
    """The known facts of an op's channels: how the reference rounds their sums, and the least and the greatest sum that
    each can reach."""

    least: Integers
    greatest: Integers

    @abstractmethod
    def __getitem__(self, which: Which) -> Channels: ...

    @abstractmethod
    def rounded(self, sums: Integers) -> Integers:
        """The reference's values of sums [channel, any]. They never fall as a sum rises."""

    @property
    @abstractmethod
    def reals(self) -> NDArray[np.float64]:
        """The multiplier of each channel's sums, about."""

    @property
    @abstractmethod
    def most_sums(self) -> Integers:
        """The size of a sum up to which the reference's arithmetic does not wrap."""

    @property
    @abstractmethod
    def has_thresholds(self) -> NDArray[np.bool_]:
        """Returns which channels' thresholds can be found in 64 bits."""

    @abstractmethod
    def first(self, levels: Integers) -> Integers:
        """The least sums whose values are these levels or more: [channel, level]."""

    def exact(self, sums: Integers, lowest: int, highest: int) -> Integers:
        """The reference's values of sums [channel, any], clamped."""
        return np.clip(self.rounded(sums), lowest, highest)


@dataclass(frozen=True)
class RoundedTwice(Channels):
    """The arithmetic of convolutions: `fixed_point.rescale_twice` with a multiplier a channel."""

    mantissas: Integers
    exponents: Integers
    least: Integers
    greatest: Integers

    def __getitem__(self, which: Which) -> RoundedTwice:
        return RoundedTwice(self.mantissas[which], self.exponents[which], self.least[which], self.greatest[which])

    def rounded(self, sums: Integers) -> Integers:
        return rescale_twice(sums, self.mantissas[:, None], self.exponents[:, None])

    @property
    def reals(self) -> NDArray[np.float64]:
        return np.ldexp(self.mantissas.astype(np.float64), (self.exponents - 31).astype(np.int32))

    @property
    def most_sums(self) -> Integers:
        # The left shift of a multiplier above 1 comes first, and the exact arithmetic does it in 32 bits too.
        return LARGEST_SUM >> np.maximum(self.exponents, 0)

    @property
    def has_thresholds(self) -> NDArray[np.bool_]:
        return -self.exponents <= LARGEST_RIGHT_SHIFT

    def first(self, levels: Integers) -> Integers:
        right = np.maximum(-self.exponents, 0)[:, None]
        left = np.maximum(self.exponents, 0)[:, None]
        half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)
        # The second rounding reaches a level at this result of the first: halves go away from zero.
        product = (levels << right) - half + ((levels <= 0) & (right > 0))
        # And the first reaches that at this sum: ceil((product - 1/2) * 2**31 / mantissa).
        numerator = (product << 31) - (1 << 30)
        sums = -((-numerator) // self.mantissas[:, None])
        return -((-sums) >> left)


@dataclass(frozen=True)
class RoundedOnce(Channels):
    """The arithmetic of fully connected layers: `fixed_point.nearest_products` with a factor of double precision a
    channel."""

    factors: NDArray[np.float64]
    least: Integers
    greatest: Integers

    def __getitem__(self, which: Which) -> RoundedOnce:
        return RoundedOnce(self.factors[which], self.least[which], self.greatest[which])

    def rounded(self, sums: Integers) -> Integers:
        return nearest_products(sums, self.factors[:, None])

    @property
    def reals(self) -> NDArray[np.float64]:
        return self.factors

    @property
    def most_sums(self) -> Integers:
        return np.where(np.isfinite(self.factors), LARGEST_SUM, 0)

    @property
    def has_thresholds(self) -> NDArray[np.bool_]:
        return self.factors >= 2.0**-31

    def first(self, levels: Integers) -> Integers:
        # Quotient and product have errors of 2**-53 of them, together far below 1: the sum is this one or a neighbour.
        near = np.clip(np.ceil((levels - 0.5) / self.factors[:, None]), -_BEYOND, _BEYOND).astype(np.int64)
        return near - 1 + (self.rounded(near - 1) < levels) + (self.rounded(near) < levels)


@dataclass(frozen=True, eq=False)
class Thresholds:
    """`sums[c, i]` is the least sum of channel c whose value is `lowest + 1 + i` or more: from its least sum on, up to
    one beyond its greatest, where no sum is. Values are clamped to `lowest` to `highest`."""

    sums: Integers
    lowest: int
    highest: int

    def __getitem__(self, which: Which) -> Thresholds:
        """The same for some of the channels."""
        return Thresholds(self.sums[which], self.lowest, self.highest)

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
        for rows in parts(len(self.sums)):
            self[rows]._certify(channels[rows], rows.start)

    def _certify(self, channels: Channels, first: int) -> None:
        """The same for some channels, of which the first is called `first`."""
        starts, ends, values = self.stretches(channels)
        if (np.diff(starts, axis=1) < 0).any() or (self.sums > channels.greatest[:, None] + 1).any():
            raise NotProven("the thresholds are not sorted, or lie where no sum is")
        for points in (starts, ends):
            is_wrong = (channels.exact(points, self.lowest, self.highest) != values) & (starts <= ends)
            if is_wrong.any():
                channel, step = np.argwhere(is_wrong)[0].tolist()
                between = f"between thresholds {step} and {step + 1}"
                raise NotProven(f"{between} channel {first + channel} has more than one value")


def thresholds_of(channels: Channels, lowest: int, highest: int) -> Thresholds:
    """The thresholds of channels, each of which `has_thresholds`."""
    levels = np.arange(lowest + 1, highest + 1, dtype=np.int64)
    sums = np.empty((len(channels.least), len(levels)), np.int64)
    for rows in parts(len(sums)):
        some = channels[rows]
        sums[rows] = np.clip(some.first(levels), some.least[:, None], some.greatest[:, None] + 1)
    return Thresholds(sums, lowest, highest)
