"""Intervals that hold the true value 95 times in 100, and a test of a difference.

Written out with `math` alone; each function names its source.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: 95 % lie between it and its negative."""
_TAIL: Final = 0.025
WIDEST: Final = 0.2
"""An interval of a share that is wider says little: 20 percentage points."""


@dataclass(frozen=True)
class Share:
    """A part of a whole, 0 to 1, with the 95 % interval from `low` to `high`."""

    value: float
    low: float
    high: float

    @property
    def is_precise(self) -> bool:
        """Whether there were enough samples for a narrow interval."""
        return self.high - self.low <= WIDEST


def wilson(right: float, count: float) -> Share:
    """The share of `right` among `count` > 0 with Wilson's score interval, which holds for few samples and near 0 and
    1. Both are whole numbers of independent samples, or so many as say as much.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); recommended
    for small samples by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Stat. Sci. 16 (2001).
    """
    share = right / count
    square = _Z * _Z / count
    middle = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    # Exact at both ends, where the formula is, but for rounding.
    low = 0.0 if right == 0 else max(0.0, middle - half)
    high = 1.0 if right == count else min(1.0, middle + half)
    return Share(share, low, high)


@dataclass(frozen=True)
class Rate:
    """Events an hour with the 95 % interval from `low` to `high`."""

    value: float
    low: float
    high: float


def rate_an_hour(count: int, hours: float) -> Rate:
    """Events an hour, of `count` in `hours` > 0, with the exact Poisson interval.

    F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936). Of no event in T hours the upper
    end is 3.69 / T.
    """
    low = 0.0 if count == 0 else _solve(lambda mean: 1 - _poisson_up_to(count - 1, mean), _TAIL, count)
    high = _solve(lambda mean: 1 - _poisson_up_to(count, mean), 1 - _TAIL, count)
    return Rate(count / hours, low / hours, high / hours)


def _poisson_up_to(count: int, mean: float) -> float:
    """The probability of at most `count` events where `mean` are expected."""
    if mean == 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _solve(rising: Callable[[float], float], target: float, count: int) -> float:
    """Returns where a rising function of a mean has the value `target`, by bisection."""
    low, high = 0.0, count + 10 * math.sqrt(count + 1) + 10
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2


def sign_test(better: int, worse: int) -> float:
    """Returns how likely so uneven a split of changed samples is by chance, 0 to 1: the exact two-sided form of
    McNemar's test.

    Q. McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12 (1947).
    """
    changed = better + worse
    if changed == 0:
        return 1.0
    tail: float = sum(math.comb(changed, k) for k in range(min(better, worse) + 1)) / 2**changed
    return min(1.0, 2 * tail)
