"""The rank-sum test of two sides: exact for a small side, by the normal distribution for large ones. Pure.

F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bull. 1 (1945); H. B. Mann and D. R. Whitney, "On a
test of whether one of two random variables is stochastically larger than the other", Ann. Math. Statist. 18 (1947).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import numpy as np

from rune.statistics.distributions import normal_tail

Array = np.ndarray[Any, np.dtype[np.float64]]

_EXACT_SIDE: Final = 20
_EXACT_STATES: Final = 1_000_000
"""Ways of the smaller side's rank sum up to which it is counted out; of two sides beyond them, the normal tail is an
upper bound of the exact one."""


def ranks_of(values: Array) -> Array:
    """Returns the ranks, 1 for the smallest, along the first axis; equal values share the mean of theirs."""
    order = np.argsort(values, axis=0, kind="stable")
    sorted_values = np.take_along_axis(values, order, axis=0)
    count = len(values)
    column = np.arange(1, count + 1, dtype=np.float64).reshape(-1, *[1] * (values.ndim - 1))
    places = np.broadcast_to(column, values.shape)
    is_new = np.ones(values.shape, bool)
    is_new[1:] = sorted_values[1:] != sorted_values[:-1]
    first = np.maximum.accumulate(np.where(is_new, places, 0), axis=0)
    is_last = np.ones(values.shape, bool)
    is_last[:-1] = is_new[1:]
    last = np.minimum.accumulate(np.where(is_last, places, count)[::-1], axis=0)[::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2, axis=0)
    return ranks


def rank_sum_p(rank_sums: Array, own: int, others: int) -> Array:
    """Returns the two-sided probability of rank sums of `own` devices among `own + others`, elementwise.

    Exact where the smaller side has at most 20 devices and there are no equal values; with equal values it is on the
    safe side by a little.
    """
    u = np.asarray(rank_sums, np.float64) - own * (own + 1) / 2
    low = np.minimum(u, own * others - u)
    small, large = min(own, others), max(own, others)
    if small <= _EXACT_SIDE and small * large <= _EXACT_STATES / max(small, 1):
        tails = _lower_tails(small, large)
        return np.minimum(1.0, 2 * tails[np.ceil(low - 1e-9).astype(np.int64)])
    deviation = math.sqrt(own * others * (own + others + 1) / 12)
    return np.minimum(1.0, 2 * normal_tail((own * others / 2 - low - 0.5) / deviation))


@lru_cache(maxsize=64)
def _lower_tails(small: int, large: int) -> Array:
    """Returns the probability that U is at most 0, 1, ..., small * large: the coefficients of the Gaussian binomial."""
    top = small * large
    ways = np.zeros(top + 1)
    ways[0] = 1
    for j in range(1, small + 1):
        step = large + j
        if step <= top:
            ways[step:] -= ways[:-step].copy()
        # Dividing by 1 - q**j is a running sum of every j-th coefficient.
        padded = np.zeros(-(-len(ways) // j) * j)
        padded[: len(ways)] = ways
        ways = padded.reshape(-1, j).cumsum(axis=0).ravel()[: len(ways)]
    half = (top + 1) // 2
    # The upper half mirrors the lower one, where fewer digits were lost.
    ways[top - half + 1 :] = ways[:half][::-1]
    tails = ways.cumsum()
    tails /= tails[-1]
    tails.setflags(write=False)
    return tails
