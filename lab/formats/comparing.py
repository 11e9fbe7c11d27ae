"""Compares what two models answer: the converted one and its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.random import default_rng

INPUTS = 64
TOLERANCE = 1e-4
"""The largest difference of an output, as a part of the output's largest magnitude."""
_ROUNDING_ERRORS = {"bfloat16": 2.0**-8, "float16": 2.0**-11}
"""The largest error of rounding a number to a type of 16 bits, as a part of it."""
_ROUNDINGS = 8
"""The number of these errors that is accepted where the source itself rounds."""
_SEED = 64

Array = np.ndarray[Any, Any]


def seeded_inputs(shapes: Sequence[tuple[int, ...]], ids: int, count: int = INPUTS) -> list[list[Array]]:
    """Inputs for a comparison, the same each time: half of them normal, half between 0 and 1; whole numbers below `ids`
    for models that look words up."""
    random = default_rng(_SEED)
    if ids:
        return [[random.integers(0, ids, shape).astype(np.float32) for shape in shapes] for _ in range(count)]
    normal = [[random.standard_normal(shape, np.float32) for shape in shapes] for _ in range(count // 2)]
    return normal + [[random.random(shape, np.float32) for shape in shapes] for _ in range(count - count // 2)]


def tolerance_of(kinds: Iterable[str]) -> float:
    """The largest difference that is accepted for a source that computes with numbers of these types."""
    error = max((_ROUNDING_ERRORS.get(kind, 0.0) for kind in kinds), default=0.0)
    return max(TOLERANCE, _ROUNDINGS * error)


def difference(source: Array, other: Array) -> float:
    """The largest difference as a part of the source's largest magnitude.

    Infinite where shapes differ, or where only one of the two is a number.
    """
    if source.shape != other.shape:
        return float("inf")
    if not source.size:
        return 0.0
    one, two = source.astype(np.float64), other.astype(np.float64)
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        return 0.0 if np.array_equal(one, two, equal_nan=True) else float("inf")
    largest = float(np.abs(one).max())
    return float(np.abs(one - two).max()) / max(largest, 1e-30)
