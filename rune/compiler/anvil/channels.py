"""The channels of a tensor, its last dimension: between what each lies, and which ops can do with fewer of them."""

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
"""One truth a channel."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Range:
    """The least and the greatest stored number that each channel of an integer tensor can hold."""

    least: Integers
    greatest: Integers

    @staticmethod
    def of_bytes(channels: int) -> Range:
        """Any int8."""
        return Range.of_integers(channels, np.dtype(np.int8))

    @staticmethod
    def of_integers(channels: int, kind: np.dtype[Any]) -> Range:
        """Any number of the type."""
        limits = np.iinfo(kind)
        return Range(np.full(channels, limits.min, np.int64), np.full(channels, limits.max, np.int64))

    @property
    def constant(self) -> Mask:
        """The channels that hold one number only."""
        return np.equal(self.least, self.greatest)

    def repeated(self, times: int) -> Range:
        """Each channel as many times as said, side by side."""
        return Range(np.repeat(self.least, times), np.repeat(self.greatest, times))

    def tiled(self, times: int) -> Range:
        """All channels, then all of them again."""
        return Range(np.tile(self.least, times), np.tile(self.greatest, times))

    def counted_from(self, zero_point: int) -> Range:
        """The numbers as they are multiplied: stored minus the zero point."""
        return Range(self.least - zero_point, self.greatest - zero_point)

    def widened(self, number: int) -> Range:
        """With a number that every channel may hold too, such as a padding."""
        return Range(np.minimum(self.least, number), np.maximum(self.greatest, number))


class MakesChannels(ABC):
    """A computation that makes each output channel by itself, with weights of its own."""

    @abstractmethod
    def making(self, keep: Mask) -> Computation:
        """The same without the other output channels."""


class CarriesChannels(ABC):
    """A computation whose output channel c comes of channel c of each input alone."""

    @abstractmethod
    def carrying(self, keep: Mask) -> Computation | None:
        """The same for tensors without the other channels; None where this one cannot do with fewer."""


class JoinsChannels(ABC):
    """A computation whose output has the channels of its inputs side by side, or else joins another dimension."""

    @property
    @abstractmethod
    def joins_channels(self) -> bool:
        """Whether it is channels that it joins."""

    @abstractmethod
    def joining(self, keeps: Sequence[Mask]) -> Computation:
        """The same for inputs without their other channels."""


class ReadsChannels(ABC):
    """A computation that sums over the channels of its first input."""

    @abstractmethod
    def foldable(self, values: Integers) -> Mask:
        """Channels that add the same to every sum if each holds only the number that `values` has for it."""

    @abstractmethod
    def reading(self, keep: Mask, values: Integers) -> Computation | None:
        """The same without the other channels, each of which holds the number of `values`, which goes into the bias;
        None where the bias would leave 32 bits."""
