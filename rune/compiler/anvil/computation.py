"""The computation of an op, independent of any target and model file.

Passes rewrite computations, and kernel sets look up kernels for them. Each kind is a frozen dataclass in `ops/`, with
its weights, multipliers and windows as in the model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Integers, Mask

Array = NDArray[Any]


class Computation(ABC):
    """A computation on some inputs. Kernel sets decide how it is done in C."""

    is_elementwise: ClassVar[bool] = False
    """Whether element i of the output depends only on element i of each input of the same size. Kernels of such an op
    read an element before they write it, so the output can replace an input in memory."""

    @abstractmethod
    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        """Computes the outputs for inputs of the op's types and sizes, row-major, in any shape. This is the reference
        for kernels.

                Integers are exact. Floats are as exact as f64; those of elementwise ops have the same bits as the
                kernels.
        """

    def may_replace(self, _index: int) -> bool:
        """Returns whether the only output can replace this input in memory. The input has the same size, and nothing
        else reads it."""
        return self.is_elementwise

    def bounds(self, *_inputs: ChannelRange) -> ChannelRange | None:
        """Returns the ranges of the first output's channels, if they are known, for inputs with these ranges of stored
        numbers."""
        return None

    @property
    def multiply_accumulates(self) -> int:
        """The number of multiplications that go into sums."""
        return 0

    @property
    def window_bytes(self) -> int:
        """The bytes of row windows, if it works row by row."""
        return 0

    @property
    def constant_bytes(self) -> int:
        """The bytes of weights and tables, before a kernel set packs them."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))


class ClampsOutput(ABC):
    """A computation on floats whose results are clamped last."""

    @abstractmethod
    def clamped(self, minimum: float, maximum: float) -> Computation:
        """Returns the computation with its results also clamped to these bounds."""


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


@dataclass(frozen=True)
class PaddingFrame:
    """The padding around an image: rows before and after it, and columns."""

    top: int
    bottom: int
    left: int
    right: int


class ReadsPadding(ABC):
    """A computation on images that reads padding as a fixed number."""

    @abstractmethod
    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        """Returns the computation for an image without a frame of that number; None if there is none."""


class ViewParts(ABC):
    """A computation whose outputs can be views of parts of its first input."""

    @property
    @abstractmethod
    def part_offsets(self) -> tuple[int, ...] | None:
        """Returns the offset of each output in the input, in bytes; None if it is not contiguous."""


class JoinsInputs(ABC):
    """A computation whose output can be its inputs in consecutive memory."""

    @property
    @abstractmethod
    def joined_offsets(self) -> tuple[int, ...] | None:
        """Returns the offset of each input in the output, in bytes; None if it is not contiguous."""


class View(Computation):
    """A computation whose output is its input with other dimensions. It costs nothing and has no kernel."""

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return inputs
