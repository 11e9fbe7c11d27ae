"""The channels of a tensor (its last dimension): their ranges of stored numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""One bool per channel."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ChannelRange:
    """The smallest and largest stored number of each channel of an integer tensor."""

    least: Integers
    greatest: Integers

    @staticmethod
    def of_bytes(channels: int) -> ChannelRange:
        """Returns the range of any int8."""
        return ChannelRange.of_integers(channels, np.dtype(np.int8))

    @staticmethod
    def of_integers(channels: int, kind: np.dtype[Any]) -> ChannelRange:
        """Returns the range of any number of the type."""
        limits = np.iinfo(kind)
        return ChannelRange(np.full(channels, limits.min, np.int64), np.full(channels, limits.max, np.int64))

    @property
    def constant(self) -> Mask:
        """The channels that always hold the same number."""
        return np.equal(self.least, self.greatest)

    def repeated(self, times: int) -> ChannelRange:
        """Returns the range with each channel repeated this many times, in order."""
        return ChannelRange(np.repeat(self.least, times), np.repeat(self.greatest, times))

    def tiled(self, times: int) -> ChannelRange:
        """Returns the range with all channels, repeated this many times."""
        return ChannelRange(np.tile(self.least, times), np.tile(self.greatest, times))

    def counted_from(self, zero_point: int) -> ChannelRange:
        """Returns the range of the numbers minus the zero point."""
        return ChannelRange(self.least - zero_point, self.greatest - zero_point)

    def widened(self, number: int) -> ChannelRange:
        """Returns the range extended by a number that every channel can hold too, such as a padding."""
        return ChannelRange(np.minimum(self.least, number), np.maximum(self.greatest, number))
