"""Distributions in bins: quantiles, shifts, and scores of bins in standard deviations of a reference. Pure.

Counts are integers or floats >= 0, one a bin. `edges` are the numbers between the bins, one fewer than bins, rising.
The first and the last bin are open: nothing is known of how far they reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.distributions import normal_density, normal_quantile

Array = np.ndarray[Any, np.dtype[np.float64]]
BinCounts = Sequence[float] | np.ndarray[Any, Any]

_DECILES: Final = tuple(step / 20 for step in range(1, 20))
_LEAST_VARIANCE: Final = 1e-3
_INNER: Final = 0.6
"""The part of the quantiles, around the middle, that a shift needs within closed bins."""
_LEAST_INNER: Final = 0.25
"""The part that is enough where these quantiles moved alike."""
_ALIKE: Final = 0.25
"""The part of a shift by which the quarters of the quantiles may differ that moved alike."""


def shares_of(counts: BinCounts) -> Array:
    """Returns the share of each bin, [bins] or [..., bins]; nan of no count."""
    values = np.asarray(counts, np.float64)
    totals = values.sum(axis=-1, keepdims=True)
    shares: Array = np.divide(values, totals, out=np.full_like(values, np.nan), where=totals > 0)
    return shares


def quantile(counts: BinCounts, edges: Sequence[float], share: float) -> float:
    """Returns the number below which `share`, 0 to 1, of the counts are, by linear interpolation inside bins.

    It is in the unit of the edges; -inf in the first bin and inf in the last one, which are open. Of an even stretch of
    numbers below which the share is the same, it is the first. nan of no count.
    """
    values = np.asarray(counts, np.float64)
    total = float(values.sum())
    if total <= 0:
        return math.nan
    sums = values.cumsum()
    place = int(np.searchsorted(sums, share * total - 1e-12 * total))
    if place == 0:
        return -math.inf if share * total < sums[0] else float(edges[0])
    if place >= len(edges):
        return math.inf
    if not math.isfinite(edges[place - 1]):
        return -math.inf
    part = (share * total - float(sums[place - 1])) / float(values[place])
    return float(edges[place - 1] + min(max(part, 0.0), 1.0) * (edges[place] - edges[place - 1]))


def axis_of_levels(edges: Sequence[float]) -> tuple[float, ...]:
    """Returns edges of a level, a mean of squares, in dB: 10 log10. An edge of 0 or below is -inf."""
    return tuple(10 * math.log10(edge) if edge > 0 else -math.inf for edge in edges)


@dataclass(frozen=True)
class BinnedShift:
    """The amount by which a distribution lies above another, in the unit of the edges: the median of the differences of
    quantiles, from the `low` to the `high` quarter of them. `share` says for which part of the quantiles both are in
    closed bins; the others were left out."""

    value: float
    low: float
    high: float
    share: float


def shift_between(reference: BinCounts, counts: BinCounts, edges: Sequence[float]) -> BinnedShift | None:
    """Returns the shift from a reference to counts in the same bins; None where fewer than three of five quantiles are
    in closed bins of both, and these did not all move alike, so that a number would be made up.

    The differences at 19 quantiles are the shift function of K. Doksum, "Empirical probability plots and statistical
    inference for nonlinear models in the two-sample case", Ann. Statist. 2 (1974). Give edges in dB for levels.
    """
    pairs = [(quantile(reference, edges, share), quantile(counts, edges, share)) for share in _DECILES]
    differences = [after - before for before, after in pairs if math.isfinite(before) and math.isfinite(after)]
    if len(differences) < _LEAST_INNER * len(_DECILES):
        return None
    low, middle, high = (float(each) for each in np.quantile(differences, (0.25, 0.5, 0.75)))
    # A sensor that became louder moves all quantiles alike, so that those in closed bins stand for the others.
    if len(differences) < _INNER * len(_DECILES) and high - low > _ALIKE * abs(middle):
        return None
    return BinnedShift(middle, low, high, len(differences) / len(_DECILES))


@dataclass(frozen=True)
class BinScores:
    """The mean of a standard normal number, `first`, and of its square, `second`, in each bin, [bins], if the reference
    were normal with mean 0 and standard deviation 1."""

    first: Array
    second: Array

    def location_and_log_spread(self, counts: Array) -> tuple[Array, Array]:
        """Returns where counts, [..., bins], lie, in standard deviations of the reference, and the logarithm of how
        many times as far they spread; both [...], and nan of no count. The outer bins bound both: a shift of 3 of 16
        even bins is at most 1.9."""
        shares = shares_of(counts)
        location = shares @ self.first
        variance = np.maximum(shares @ self.second - np.square(location), _LEAST_VARIANCE)
        return location, np.log(variance) / 2


def normal_scores(reference: BinCounts) -> BinScores:
    """Returns the scores of bins, from the counts of a reference, [bins]; each bin has half a count more, so that none
    is empty.

    B. L. van der Waerden, "Order tests for the two-sample problem", Indag. Math. 14 (1952). Any rising function of what
    is counted has the same scores, so a level and its dB do not differ.
    """
    smooth = np.asarray(reference, np.float64) + 0.5
    shares = smooth / smooth.sum()
    inner = [normal_quantile(1 - float(below)) for below in shares.cumsum()[:-1]]
    edges = np.array([-np.inf, *inner, np.inf])
    density = normal_density(edges)
    moments = np.where(np.isfinite(edges), edges, 0.0) * density
    first = (density[:-1] - density[1:]) / shares
    return BinScores(first, 1 + (moments[:-1] - moments[1:]) / shares)
