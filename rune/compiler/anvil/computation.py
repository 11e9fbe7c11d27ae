"""What an op computes, free of any target and of the file that it came from.

A `Computation` is the noun that passes rewrite and kernel sets look up. Each kind is a frozen dataclass in `ops/`, with
its weights, multipliers and windows as the model has them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import Range

Array = NDArray[Any]


class Computation(ABC):
    """What is computed of some inputs; how it is done, and in which C, is the kernel set's part."""

    is_elementwise: ClassVar[bool] = False
    """Whether element i of the output depends on element i of each input alone, where their sizes are equal. Kernels of
    such an op write an element only after they have read it, so that an output may take its input's place."""

    @abstractmethod
    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        """The reference: what comes out for inputs of the op's types and sizes, row-major, in whatever shape.

        Integers are exact. Floats are as exact as f64 makes them; those of elementwise ops are the kernels' own bits.
        """

    def may_replace(self, _index: int) -> bool:
        """Whether the only output may lie where this input lies, which is of its size and which nothing else reads."""
        return self.is_elementwise

    def bounds(self, *_inputs: Range) -> Range | None:
        """Between what the first output's channels lie, where that is known; inputs as stored, one range a channel."""
        return None

    @property
    def multiply_accumulates(self) -> int:
        """What it costs: products that go into a sum."""
        return 0

    @property
    def window_bytes(self) -> int:
        """Rows of tensors that are never whole, where it works row by row."""
        return 0

    @property
    def constant_bytes(self) -> int:
        """Bytes of weights and tables, before a kernel set packs them."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))


class Clamped(ABC):
    """A computation of floats whose results are clamped last."""

    @abstractmethod
    def clamped(self, minimum: float, maximum: float) -> Computation:
        """The same, its results clamped to these bounds as well."""


@dataclass(frozen=True)
class Frame:
    """Rows before and after an image, and columns."""

    top: int
    bottom: int
    left: int
    right: int


class Padded(ABC):
    """A computation of images that counts what lies beside them as some number."""

    @abstractmethod
    def with_frame(self, frame: Frame, value: float) -> Computation | None:
        """What computes the same of an image without a frame of that number; None where it cannot."""


class Parts(ABC):
    """A computation whose outputs may be stretches of its first input's bytes."""

    @property
    @abstractmethod
    def part_offsets(self) -> tuple[int, ...] | None:
        """For each output how many bytes behind the input's start it begins; None where it does not lie together."""


class Joined(ABC):
    """A computation whose output may be its inputs' bytes one after the other."""

    @property
    @abstractmethod
    def joined_offsets(self) -> tuple[int, ...] | None:
        """For each input how many bytes behind the output's start it begins; None where it does not lie together."""


class View(Computation):
    """An output that is its input's bytes, seen with other dimensions. It costs nothing and has no kernel."""

    is_elementwise = True

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        return inputs
