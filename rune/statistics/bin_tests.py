"""Tests whether counts in bins are from the distribution of a reference: Kolmogorov and Smirnov's for where they lie,
the chi-squared test for their mix and spread.

Both judge the windows of ONE device, or of one side whose windows are independent. Never add the windows of several
devices for them: devices differ from each other for good, and of 60 new devices of a fleet whose labels' shares differ
by 2 points, chi-squared on added counts stops one harmless rollout in four. For devices there is `by_device`. Windows
of one device are not independent either, so both take its overdispersion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.binned import BinCounts, shares_of
from rune.statistics.distributions import chi_squared_tail, kolmogorov_tail
from rune.statistics.not_judged import MIN_WINDOWS, NotJudged, TooFew

Array = np.ndarray[Any, np.dtype[np.float64]]

MIN_EXPECTED: Final = 5.0
"""Windows that a bin of the chi-squared test has on each side in expectation: W. Cochran, "Some methods for
strengthening the common chi-squared tests", Biometrics 10 (1954)."""


@dataclass(frozen=True)
class BinTest:
    """The result of a test on bins. `distance` is a part of 1; `threshold` is the distance that is reached with the
    probability alpha where nothing differs, and follows the windows of both sides; `p` is the probability of so great
    a distance."""

    distance: float
    threshold: float
    p: float
    reference_windows: float
    windows: float

    @property
    def is_different(self) -> bool:
        """Whether the distance is above the threshold."""
        return self.distance > self.threshold


def kolmogorov_smirnov(
    reference: BinCounts, counts: BinCounts, alpha: float = 0.01, overdispersion: float = 1.0
) -> BinTest | NotJudged:
    """Compares where two distributions in the same ordered bins lie: the greatest difference of their shares below an
    edge, 0 to 1.

    `overdispersion` >= 1 is how many times as much the counts vary as independent windows would; so many fewer count
    for the threshold. N. Smirnov, "Table for estimating the goodness of fit of empirical distributions", Ann. Math.
    Statist. 19 (1948). In bins the test errs to the side of "unchanged". Raises `ValueError` where bins differ.
    """
    one, other = _same_bins(reference, counts)
    if isinstance(lack := _lack(one, other), NotJudged):
        return lack
    size = _joint_size(one.sum(), other.sum(), overdispersion)
    distance = float(np.abs(shares_of(one).cumsum() - shares_of(other).cumsum()).max())
    threshold = _kolmogorov_distance(alpha, size)
    return BinTest(distance, threshold, kolmogorov_tail(distance, size), float(one.sum()), float(other.sum()))


def chi_squared(
    reference: BinCounts, counts: BinCounts, alpha: float = 0.01, overdispersion: float = 1.0
) -> BinTest | NotJudged:
    """Compares the mix of two distributions in the same bins, ordered or not. The distance is Cramér's V, 0 to 1.

    Bins of fewer than `MIN_EXPECTED` expected windows of either side are one bin together. K. Pearson, "On the
    criterion...", Phil. Mag. 50 (1900); divided by the overdispersion as in J. N. K. Rao and A. J. Scott, "The analysis
    of categorical data from complex sample surveys", JASA 76 (1981). Raises `ValueError` where bins differ.
    """
    one, other = _same_bins(reference, counts)
    if isinstance(lack := _lack(one, other), NotJudged):
        return lack
    table = pooled_bins(np.stack([one, other]))
    bins, total = table.shape[1], float(table.sum())
    if bins < 2:
        return NotJudged(TooFew.BINS, bins, 2)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / total
    statistic = float((np.square(table - expected) / expected).sum())
    return BinTest(
        math.sqrt(statistic / total),
        math.sqrt(_chi_squared_value(alpha, bins - 1) * overdispersion / total),
        chi_squared_tail(statistic / overdispersion, bins - 1),
        float(one.sum()),
        float(other.sum()),
    )


def pooled_bins(table: Array) -> Array:
    """Returns a table [2, bins] whose bins with fewer than `MIN_EXPECTED` expected counts in a row are one bin, the
    last; where that one is still too small, the smallest of the others joins it."""
    totals = table.sum(axis=0)
    least_share = float(table.sum(axis=1).min() / max(table.sum(), 1e-12))
    order = np.argsort(-totals, kind="stable")
    is_large = totals[order] * least_share >= MIN_EXPECTED
    large, small = order[is_large], order[~is_large]
    rest = table[:, small].sum(axis=1)
    if len(large) and 0 < float(rest.sum()) * least_share < MIN_EXPECTED:
        rest, large = rest + table[:, large[-1]], large[:-1]
    large = np.sort(large)
    return np.column_stack([table[:, large], rest]) if float(rest.sum()) > 0 else table[:, large]


def overdispersion_of(days: np.ndarray[Any, Any]) -> float:
    """Returns how many times as much the days of one device vary as independent windows would, at least 1.

    `days` are counts [days, bins] of a time in which nothing changed. It is Pearson's chi-squared over its degrees of
    freedom (D. J. Finney, "Probit analysis", 1947; Rao and Scott 1981); of fewer than two days, or of one bin, 1. Days
    differ by weekday too, which is counted as variation.
    """
    table = np.asarray(days, np.float64)
    table = table[table.sum(axis=1) > 0]
    totals = table.sum(axis=0)
    table, totals = table[:, totals >= MIN_EXPECTED], totals[totals >= MIN_EXPECTED]
    degrees = (len(table) - 1) * (len(totals) - 1)
    if degrees < 1:
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * totals / totals.sum()
    pearson = np.square(table - expected) / np.maximum(expected, 1e-12)
    return max(1.0, float(pearson.sum()) / degrees)


def _same_bins(reference: BinCounts, counts: BinCounts) -> tuple[Array, Array]:
    one, other = np.asarray(reference, np.float64), np.asarray(counts, np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"Counts of the bins {one.shape} and {other.shape} do not compare.")
    return one, other


def _lack(reference: Array, counts: Array) -> NotJudged | None:
    for lack, windows in ((TooFew.REFERENCE_WINDOWS, reference.sum()), (TooFew.WINDOWS, counts.sum())):
        if windows < MIN_WINDOWS:
            return NotJudged(lack, float(windows), MIN_WINDOWS)
    return None


def _joint_size(reference_windows: float, windows: float, overdispersion: float) -> float:
    """Returns n m / (n + m) with so many fewer windows of the device as its overdispersion says."""
    own = windows / max(1.0, overdispersion)
    return float(reference_windows * own / (reference_windows + own))


def _kolmogorov_distance(alpha: float, size: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if kolmogorov_tail(middle, size) > alpha else (low, middle)
    return high


def _chi_squared_value(alpha: float, degrees: int) -> float:
    low, high = 0.0, 1.0
    while chi_squared_tail(high, degrees) > alpha:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if chi_squared_tail(middle, degrees) > alpha else (low, middle)
    return high
