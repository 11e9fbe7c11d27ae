"""Generated inputs for finding mistakes: noise, zeros, extremes. The same seed gives the same bytes.

For plausible input see `rune.running.runtime.inputs.generator`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from rune.assessment.verify.comparison import LAYOUTS
from rune.tensor import ElementType, TensorType

_INDEX_TYPES: Final = frozenset({ElementType.I32, ElementType.I64, ElementType.U32, ElementType.U64})
_MOST_INDEX: Final = 4
"""The bound of 32 or 64 bit inputs, which are mostly indices or sizes: larger ones lead out of a model's tables."""


def generated_tensor(kind: TensorType, number: int, seed: int) -> bytes:
    """The `number`-th tensor of its type, little-endian: noise first, then zeros and extremes, then noise for good."""
    generator = np.random.default_rng([seed, number])
    if kind.element is ElementType.UTF8:
        raise ValueError("a model takes no text here")
    if kind.element.is_float:
        return _floats(generator, kind.count, number).astype(LAYOUTS[kind.element]).tobytes()
    if kind.element in _INDEX_TYPES:
        return generator.integers(0, _MOST_INDEX, kind.count).astype(LAYOUTS[kind.element]).tobytes()
    return _integers(generator, kind, number)


def _integers(generator: Generator, kind: TensorType, number: int) -> bytes:
    """Draws integers over the whole range; the second to fourth are the middle and the ends."""
    limits = np.iinfo(LAYOUTS[kind.element])
    low, high = int(limits.min), int(limits.max)
    if 1 <= number <= 3:
        level = (0, low, high)[number - 1]
        return np.full(kind.count, level, LAYOUTS[kind.element]).tobytes()
    if number % 3 == 2:
        # Mostly near one value, as a quiet recording is: small sums meet other roundings than large ones.
        middle = int(generator.integers(low, high + 1))
        spread = generator.integers(-6, 7, kind.count)
        return np.clip(middle + spread, low, high).astype(LAYOUTS[kind.element]).tobytes()
    return generator.integers(low, high + 1, kind.count).astype(LAYOUTS[kind.element]).tobytes()


def _floats(generator: Generator, count: int, number: int) -> NDArray[np.float64]:
    """The usual ranges of inputs one by one, then noise at one of their scales."""
    match number:
        case 0:
            return generator.uniform(0.0, 1.0, count)
        case 1:
            return np.zeros(count)
        case 2:
            return generator.normal(0.0, 1.0, count)
        case 3 | 4:
            return np.full(count, -1.0 if number == 3 else 1.0)
        case 5:
            return np.floor(generator.uniform(0.0, 256.0, count))
    scale = float(generator.choice(_SCALES))
    is_signed = bool(generator.integers(0, 2))
    return generator.uniform(-scale if is_signed else 0.0, scale, count)


_SCALES: Final = (0.1, 1.0, 3.0, 30.0, 255.0)
