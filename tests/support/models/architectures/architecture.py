"""An architecture that people bring, before it has weights: its name, its input and how Keras builds it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng

Samples = np.ndarray[Any, Any]
Draw = Callable[[Generator, tuple[int, ...]], Samples]
"""Inputs of this shape, whose first dimension is the batch."""


def pixels(random: Generator, shape: tuple[int, ...]) -> Samples:
    """Draws numbers from -1 to 1."""
    return random.uniform(-1, 1, shape).astype(np.float32)


def signals(random: Generator, shape: tuple[int, ...]) -> Samples:
    """Normal numbers, as of a sensor or a spectrogram."""
    return random.standard_normal(shape).astype(np.float32)


@dataclass(frozen=True)
class Architecture:
    """`build` gives the Keras model of an input of `shape`, without its batch, which stays open as Keras leaves it."""

    name: str
    words: str
    """The architecture's name for a person."""
    shape: tuple[int, ...]
    build: Callable[[Any], Any]
    """The function from the input to the output, or to a list of outputs."""
    draw: Draw = signals
    batch: int | None = None
    """A size for the batch, where the converter cannot do without."""
    kind: str = "float32"
    """The kind of the input's elements."""

    @property
    def seed(self) -> int:
        """Returns the seed of weights and samples."""
        return zlib.crc32(self.name.encode())

    def samples(self, count: int) -> Samples:
        """Seeded inputs, the first dimension counts them."""
        return self.draw(default_rng(self.seed), (count, *self.shape))


Architectures = Iterator[Architecture]
