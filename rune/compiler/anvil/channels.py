"""The channels of a tensor (its last dimension): their ranges, and the ops that can work with fewer channels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rune.compiler.anvil.computation import Computation

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


class MakesChannels(ABC):
    """A computation that computes each output channel independently, with its own weights."""

    @abstractmethod
    def making(self, keep: Mask) -> Computation:
        """Returns the computation with only these output channels."""


class CarriesChannels(ABC):
    """A computation whose output channel c depends only on channel c of each input."""

    @abstractmethod
    def carrying(self, keep: Mask) -> Computation | None:
        """Returns the computation for tensors with only these channels; None if it cannot work with fewer."""


class JoinsChannels(ABC):
    """A computation that concatenates the channels of its inputs, or another dimension."""

    @property
    @abstractmethod
    def joins_channels(self) -> bool:
        """Returns whether it concatenates channels."""

    @abstractmethod
    def joining(self, keeps: Sequence[Mask]) -> Computation:
        """Returns the computation for inputs with only these channels."""


class ReadsChannels(ABC):
    """A computation that sums over the channels of its first input."""

    @abstractmethod
    def foldable(self, values: Integers) -> Mask:
        """Returns the channels that can be folded: those that add the same to every sum if each always holds its number
        in `values`."""

    @abstractmethod
    def reading(self, keep: Mask, values: Integers) -> Computation | None:
        """Returns the computation with only these input channels. The others always hold their number in `values`,
        which is folded into the bias; None if the bias would not fit in 32 bits."""
