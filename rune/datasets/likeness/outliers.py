"""Recordings that are far from all others with their label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

MIN_SAMPLES: Final = 12
"""The least number of samples of a label, below which nothing is said."""
NEIGHBOURS: Final = 3
_SPREADS = 3.0
"""How many times the spread of the middle half an outlier lies above its upper end."""
_BLOCK = 1024


def find_outliers(features: NDArray[np.float32], labels: Sequence[str]) -> list[int]:
    """The indices of recordings whose closest neighbours of the same label are far away for that label, in order."""
    standard = standardised(features)
    outliers: list[int] = []
    names = np.array(labels)
    for label in sorted(set(labels) - {""}):
        indices = np.flatnonzero(names == label)
        if len(indices) < MIN_SAMPLES:
            continue
        distances = _to_neighbours(standard[indices])
        low, high = np.quantile(distances, [0.25, 0.75])
        outliers += indices[distances > high + _SPREADS * max(high - low, 1e-3)].tolist()
    return sorted(outliers)


def standardised(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features of which each has the mean 0 and, unless it is always the same, the deviation 1."""
    deviation = features.std(axis=0)
    scale = np.where(deviation > 1e-6, deviation, 1)
    standard: NDArray[np.float32] = np.divide(features - features.mean(axis=0), scale, dtype=np.float32)
    return standard


def _to_neighbours(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean distance of each point to the closest others."""
    squares = (points**2).sum(axis=1)
    means = []
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        distances = squares[start : start + _BLOCK, None] + squares[None] - 2 * block @ points.T
        # The closest is the point itself.
        closest = np.partition(distances, NEIGHBOURS, axis=1)[:, : NEIGHBOURS + 1]
        closest.sort(axis=1)
        means.append(np.sqrt(np.maximum(closest[:, 1:], 0)).mean(axis=1))
    return np.concatenate(means)
