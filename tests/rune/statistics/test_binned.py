"""Quantiles, shifts and scores of distributions in bins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rune.statistics.binned import axis_of_levels, normal_scores, quantile, shares_of, shift_between
from tests.support.cases import each_case
from tests.support.properties import examples

EDGES = (0.0, 1.0, 2.0, 4.0)
COUNTS = st.lists(st.integers(0, 1000), min_size=5, max_size=5)


@each_case(("share", "number"), [(0.2, 0.0), (0.3, 0.5), (0.4, 1.0), (0.5, 1.5), (0.6, 2.0), (0.7, 3.0), (0.8, 4.0)])
def test_quantiles_are_interpolated_inside_bins(share: float, number: float) -> None:
    assert quantile([10, 10, 10, 10, 10], EDGES, share) == pytest.approx(number)


def test_nothing_is_made_up_of_open_bins_or_of_no_counts() -> None:
    assert quantile([10, 0, 0, 0, 10], EDGES, 0.2) == -math.inf
    assert quantile([10, 0, 0, 0, 10], EDGES, 0.7) == math.inf
    assert math.isnan(quantile([0] * 5, EDGES, 0.5))
    assert shift_between([0, 9, 9, 9, 0], [0, 0, 0, 9, 90], EDGES) is None


@given(COUNTS, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
@examples(60)
def test_quantiles_rise(counts: list[int], one: float, other: float) -> None:
    if sum(counts):
        low, high = sorted([one, other])
        assert quantile(counts, EDGES, low) <= quantile(counts, EDGES, high)


@given(COUNTS)
@examples(40)
def test_a_distribution_is_not_shifted_from_itself_or_its_double(counts: list[int]) -> None:
    shift = shift_between(counts, [2 * each for each in counts], EDGES)
    assert shift is None or shift.value == pytest.approx(0, abs=1e-9)


def test_a_louder_sensor_is_shifted_by_its_decibels() -> None:
    """The level of a lognormal sound, in bins of test samples; a sensor that doubles each sample has four times it."""
    random = np.random.default_rng(1)
    power = 10 ** random.normal(-3, 0.6, 5000)
    edges = np.quantile(power, np.arange(1, 16) / 16)
    before, after = (np.bincount(np.searchsorted(edges, each), minlength=16) for each in (power, 4 * power))
    shift = shift_between(before, after, axis_of_levels(tuple(edges)))
    assert shift is not None
    assert shift.value == pytest.approx(10 * math.log10(4), abs=0.5)
    assert axis_of_levels((0.0, 100.0)) == (-math.inf, 20.0)


@each_case(("decibels", "half"), [(6.0, False), (8.0, False), (10.0, False), (12.0, True)])
def test_a_shift_beyond_the_outer_bins_has_a_number_if_all_that_is_inside_moved_alike(
    decibels: float, half: bool
) -> None:
    random = np.random.default_rng(2)
    level = random.normal(0, 6, 5000)
    edges = tuple(stats.norm.ppf(np.arange(1, 16) / 16) * 6)
    after = level + decibels * (random.random(5000) < 0.5 if half else 1)
    counts = [np.bincount(np.searchsorted(edges, each), minlength=16).tolist() for each in (level, after)]
    shift = shift_between(counts[0], counts[1], edges)
    if half:
        assert shift is None
    else:
        assert shift is not None
        assert shift.value == pytest.approx(decibels, abs=0.4)


def test_scores_see_a_shift_and_a_spread_of_normal_numbers_in_standard_deviations() -> None:
    edges = stats.norm.isf(1 - np.arange(1, 16) / 16)
    scores = normal_scores(np.full(16, 1000.0))

    def figures(location: float, spread: float) -> tuple[float, float]:
        shares = np.diff(stats.norm.cdf((np.array([-np.inf, *edges, np.inf]) - location) / spread))
        where, log_spread = scores.location_and_log_spread(shares * 1e6)
        return float(where), math.exp(float(log_spread))

    assert figures(0, 1) == pytest.approx((0, 1), abs=1e-3)
    assert figures(0.25, 1)[0] == pytest.approx(0.25, abs=0.01)
    assert 1.15 < figures(0, 1.3)[1] < 1.3, "open bins hide a part of a wider spread"
    assert figures(0, 0.7)[1] == pytest.approx(0.7, abs=0.03)


@given(st.lists(st.integers(0, 1000), min_size=16, max_size=16))
@examples(40)
def test_scores_rise_with_the_bins_and_are_standard(reference: list[int]) -> None:
    scores = normal_scores(reference)
    smooth = np.array(reference) + 0.5
    assert (np.diff(scores.first) > 0).all()
    assert shares_of(smooth) @ scores.first == pytest.approx(0, abs=1e-9)
    assert shares_of(smooth) @ scores.second == pytest.approx(1, abs=1e-9)
