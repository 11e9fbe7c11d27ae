"""The range of a share has the true one, also where the windows of one device are alike."""

from __future__ import annotations

import numpy as np
import pytest

from rune.statistics.intervals import Share, wilson
from rune.statistics.not_judged import NotJudged, TooFew
from rune.statistics.pooled_share import pooled_share


def covered(devices: int, share: float, alike: float) -> tuple[float, float]:
    """Returns in which part of 400 fleets the range has the true share, and in which part Wilson's has it that takes
    windows for independent. `alike` is the correlation of two windows of one device."""
    random = np.random.default_rng(7)
    hits = naive_hits = ranges = 0
    for _ in range(400):
        totals = random.integers(100, 400, devices)
        shares = random.beta(share * (1 / alike - 1), (1 - share) * (1 / alike - 1), devices)
        counts = random.binomial(totals, shares)
        result = pooled_share(counts.astype(np.float64), totals.astype(np.float64))
        if isinstance(result, NotJudged):
            continue
        naive = wilson(int(counts.sum()), int(totals.sum()))
        ranges += 1
        hits += result.low <= share <= result.high
        naive_hits += naive.low <= share <= naive.high
    return hits / ranges, naive_hits / ranges


@pytest.mark.parametrize(
    ("devices", "share", "alike", "least"),
    [
        (8, 0.05, 0.001, 0.95),
        (8, 0.05, 0.01, 0.92),
        (20, 0.05, 0.01, 0.93),
        (60, 0.3, 0.1, 0.92),
        (20, 0.01, 0.1, 0.83),
    ],
)
def test_the_range_has_the_true_share(devices: int, share: float, alike: float, least: float) -> None:
    part, naive = covered(devices, share, alike)
    assert part >= least
    if alike > 0.001:
        assert naive < 0.8


def test_windows_that_are_not_alike_have_wilsons_range_but_for_the_few_devices() -> None:
    totals = np.full(60, 100.0)
    # Each device has as many as the others, so that none says anything of the spread.
    result = pooled_share(np.full(60, 5.0), totals)
    assert isinstance(result, Share)
    naive = wilson(300, 6000)
    assert result.value == naive.value
    assert 1 < (result.high - result.low) / (naive.high - naive.low) < 1.03


def test_a_share_that_a_few_devices_have_gets_no_range() -> None:
    counts = np.array([80.0, 70.0, 60.0, 1.0, *(0.0,) * 16])
    assert pooled_share(counts, np.full(20, 200.0)) == NotJudged(TooFew.DEVICES, 4, 5)
    assert pooled_share(np.zeros(0), np.zeros(0)) == NotJudged(TooFew.DEVICES, 0, 5)


def test_all_windows_are_at_most_all() -> None:
    result = pooled_share(np.full(6, 50.0), np.full(6, 50.0))
    assert isinstance(result, Share)
    assert (result.value, result.high) == (1.0, 1.0)
    assert 0.9 < result.low < 1
