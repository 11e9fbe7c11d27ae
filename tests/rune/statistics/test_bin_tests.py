"""Tests on bins: first what they must not flag, then SciPy's numbers, then what they find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rune.statistics.bin_tests import BinTest, chi_squared, kolmogorov_smirnov, overdispersion_of, pooled_bins
from rune.statistics.not_judged import NotJudged, TooFew
from tests.support.cases import each_case
from tests.support.properties import examples

EVEN = np.full(16, 1 / 16)
MANY = st.lists(st.integers(0, 400), min_size=6, max_size=6).filter(lambda counts: sum(counts) >= 300)


def different(result: BinTest | NotJudged) -> bool:
    assert isinstance(result, BinTest)
    return result.is_different


@pytest.mark.slow
@each_case("windows", [300, 1000, 20_000])
def test_unchanged_devices_are_called_different_once_in_a_hundred_at_any_size(windows: int) -> None:
    random = np.random.default_rng(windows)
    trials = [(random.multinomial(5000, EVEN), random.multinomial(windows, EVEN)) for _ in range(400)]
    assert sum(different(chi_squared(*trial)) for trial in trials) <= 10
    assert sum(different(kolmogorov_smirnov(*trial)) for trial in trials) <= 8


def test_few_unchanged_devices_are_called_different() -> None:
    random = np.random.default_rng(1)
    trials = [(random.multinomial(5000, EVEN), random.multinomial(350, EVEN)) for _ in range(60)]
    assert sum(different(chi_squared(*trial)) for trial in trials) <= 4
    assert sum(different(kolmogorov_smirnov(*trial)) for trial in trials) <= 4


def test_a_device_that_varies_from_day_to_day_is_not_called_different() -> None:
    """Windows of one device are not independent: without its overdispersion, many unchanged weeks look different."""
    random = np.random.default_rng(3)
    flags = np.zeros(3)
    for _ in range(60):
        days = np.array([random.multinomial(350, mix) for mix in random.dirichlet(EVEN * 150, 28)])
        week = np.sum([random.multinomial(350, mix) for mix in random.dirichlet(EVEN * 150, 7)], axis=0)
        factor = overdispersion_of(days)
        past = days.sum(axis=0)
        flags += [
            different(chi_squared(past / factor, week, overdispersion=factor)),
            different(kolmogorov_smirnov(past / factor, week, overdispersion=factor)),
            different(chi_squared(past, week)),
        ]
    assert flags[0] <= 4
    assert flags[1] <= 4
    assert flags[2] > 20


@pytest.mark.slow
def test_what_is_found_of_300_windows() -> None:
    """A shift of a quarter of a standard deviation, and a spread of 1.3: about as in the facts of simulations."""
    random = np.random.default_rng(4)
    edges = np.array([-np.inf, *stats.norm.ppf(np.arange(1, 8) / 8), np.inf])
    of_shift, of_spread = np.diff(stats.norm.cdf(edges - 0.25)), np.diff(stats.norm.cdf(edges / 1.3))
    reference = random.multinomial(5000, np.full(8, 1 / 8))
    shifted = [random.multinomial(300, of_shift) for _ in range(300)]
    wider = [random.multinomial(300, of_spread) for _ in range(300)]
    assert sum(different(kolmogorov_smirnov(reference, each)) for each in shifted) > 0.75 * 300
    assert sum(different(chi_squared(reference, each)) for each in wider) > 0.85 * 300
    assert sum(different(kolmogorov_smirnov(reference, each)) for each in wider) < 0.5 * 300


def test_chi_squared_is_scipys_where_no_bins_are_pooled() -> None:
    one, other = np.array([50, 60, 70, 200]), np.array([300, 100, 90, 410])
    result = chi_squared(one, other)
    assert isinstance(result, BinTest)
    expected = stats.chi2_contingency([one, other], correction=False)
    assert result.p == pytest.approx(expected.pvalue)
    assert result.distance == pytest.approx(np.sqrt(expected.statistic / 1280))


def test_the_threshold_is_where_p_is_alpha_and_follows_both_sides() -> None:
    thresholds = []
    for test in (chi_squared, kolmogorov_smirnov):
        for sizes in ((400, 400), (400, 4000), (4000, 4000)):
            result = test(EVEN * sizes[0], EVEN * sizes[1], 0.003)
            assert isinstance(result, BinTest)
            thresholds.append(result.threshold)
    assert thresholds[0] > thresholds[1] > thresholds[2]
    assert thresholds[3] > thresholds[4] > thresholds[5]


@given(MANY, MANY)
@examples(60)
def test_sides_can_be_exchanged_and_the_order_of_labels_says_nothing(one: list[int], other: list[int]) -> None:
    there, back = kolmogorov_smirnov(one, other), kolmogorov_smirnov(other, one)
    assert isinstance(there, BinTest)
    assert isinstance(back, BinTest)
    assert there.p == pytest.approx(back.p)
    forward, reverse = chi_squared(one, other), chi_squared(other[::-1], one[::-1])
    if isinstance(forward, BinTest) and isinstance(reverse, BinTest):
        assert forward.p == pytest.approx(reverse.p, rel=1e-6, abs=1e-300)


@given(MANY, MANY)
@examples(40)
def test_more_of_the_same_is_never_less_sure(one: list[int], other: list[int]) -> None:
    few = kolmogorov_smirnov(one, other)
    many = kolmogorov_smirnov([3 * each for each in one], [3 * each for each in other])
    assert isinstance(few, BinTest)
    assert isinstance(many, BinTest)
    assert many.distance == pytest.approx(few.distance)
    assert many.p <= few.p + 1e-12


def test_too_few_windows_are_not_judged() -> None:
    assert kolmogorov_smirnov([299, 0], [300, 0]) == NotJudged(TooFew.REFERENCE_WINDOWS, 299, 300)
    assert chi_squared([300, 0], [0, 120]) == NotJudged(TooFew.WINDOWS, 120, 300)
    assert chi_squared([300, 0], [300, 0]) == NotJudged(TooFew.BINS, 1, 2)
    with pytest.raises(ValueError, match="do not compare"):
        chi_squared([1, 2], [1, 2, 3])


@given(st.lists(st.integers(0, 60), min_size=8, max_size=8), st.lists(st.integers(0, 600), min_size=8, max_size=8))
@examples(60)
def test_pooling_keeps_every_count_and_leaves_no_small_bin_but_one(one: list[int], other: list[int]) -> None:
    table = np.array([one, other], np.float64)
    if min(sum(one), sum(other)) >= 5:
        pooled = pooled_bins(table)
        assert pooled.sum(axis=1).tolist() == table.sum(axis=1).tolist()
        expected = pooled.sum(axis=0) * table.sum(axis=1).min() / table.sum()
        assert (expected >= 5 - 1e-9).all() or pooled.shape[1] == 1


def test_days_that_vary_as_independent_windows_do_are_not_overdispersed() -> None:
    random = np.random.default_rng(5)
    days = random.multinomial(350, EVEN, 28)
    assert overdispersion_of(days) < 1.2
    assert overdispersion_of(days[:1]) == 1
