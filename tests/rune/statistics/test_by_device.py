"""Tests by device: their levels, their agreement with SciPy, and what is not judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rune.statistics.by_device import EffectEstimate, change_of_devices, difference_of_groups
from rune.statistics.not_judged import NotJudged, TooFew
from rune.statistics.rank_sum import rank_sum_p, ranks_of
from tests.support.cases import each_case
from tests.support.properties import examples

NUMBERS = st.lists(st.floats(-100, 100).map(lambda number: round(number, 3)), min_size=5, max_size=12)


def effect(result: EffectEstimate | NotJudged) -> EffectEstimate:
    assert isinstance(result, EffectEstimate)
    return result


@pytest.mark.slow
@each_case("devices", [5, 20, 300])
def test_unchanged_devices_with_heavy_tails_keep_the_level(devices: int) -> None:
    random = np.random.default_rng(devices)
    own = [effect(change_of_devices(random.standard_t(3, devices))).p for _ in range(400)]
    beside = [
        effect(difference_of_groups(random.standard_t(3, devices), random.standard_t(3, 100))).p for _ in range(200)
    ]
    assert np.mean(np.array(own) < 0.01) <= 0.02
    assert np.mean(np.array(beside) < 0.01) <= 0.03


def test_few_unchanged_devices_are_seldom_called_changed() -> None:
    random = np.random.default_rng(0)
    flags = [effect(change_of_devices(random.standard_t(3, 6))).p < 0.05 for _ in range(100)]
    assert sum(flags) <= 10


def test_the_effects_are_scipys() -> None:
    random = np.random.default_rng(1)
    own, others = random.normal(0.5, 1, 9), random.normal(0, 2, 40)
    change = effect(change_of_devices(own))
    expected = stats.ttest_1samp(own, 0)
    assert change.p == pytest.approx(expected.pvalue)
    assert (change.low, change.high) == pytest.approx(tuple(expected.confidence_interval()))
    difference = effect(difference_of_groups(own, others))
    welch = stats.ttest_ind(own, others, equal_var=False).confidence_interval()
    assert (difference.low, difference.high) == pytest.approx((welch.low, welch.high))
    assert difference.p == pytest.approx(stats.mannwhitneyu(own, others, method="exact").pvalue)


@each_case(("own", "others"), [(5, 95), (3, 7), (20, 80), (12, 300), (1, 4), (95, 5), (20, 120)])
def test_rank_sums_are_scipys_far_out_too(own: int, others: int) -> None:
    random = np.random.default_rng(2)
    for shift in (0, 1, 2, 4):
        values = np.concatenate([random.normal(shift, 1, own), random.normal(0, 1, others)])
        p = float(rank_sum_p(ranks_of(values)[:own].sum(), own, others))
        assert p == pytest.approx(stats.mannwhitneyu(values[:own], values[own:], method="exact").pvalue, rel=1e-9)


def test_large_sides_have_the_normal_tail() -> None:
    for u in (0.25, 0.3, 0.4):
        exact = stats.mannwhitneyu(np.arange(60.0), np.arange(60.0) + 60 * u, method="asymptotic").pvalue
        rank_sums = ranks_of(np.concatenate([np.arange(60.0), np.arange(60.0) + 60 * u]))[:60].sum()
        assert float(rank_sum_p(rank_sums, 60, 60)) == pytest.approx(exact, rel=0.02)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
@examples(50)
def test_ranks_with_equal_values_are_scipys(values: list[int]) -> None:
    assert ranks_of(np.array(values, np.float64)).tolist() == stats.rankdata(values).tolist()


@given(NUMBERS, NUMBERS)
@examples(60)
def test_sides_exchanged_turn_the_effect_round(own: list[float], others: list[float]) -> None:
    there, back = difference_of_groups(own, others), difference_of_groups(others, own)
    if isinstance(there, EffectEstimate) and isinstance(back, EffectEstimate):
        assert there.value == pytest.approx(-back.value)
        assert there.p == pytest.approx(back.p)
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


@given(NUMBERS, st.floats(0.1, 50))
@examples(40)
def test_a_unit_changes_nothing_but_the_unit(changes: list[float], unit: float) -> None:
    one, other = change_of_devices(changes), change_of_devices([unit * each for each in changes])
    if isinstance(one, EffectEstimate) and isinstance(other, EffectEstimate):
        assert other.p == pytest.approx(one.p, rel=1e-6, abs=1e-12)
        assert other.value == pytest.approx(unit * one.value)


def test_too_few_devices_and_equal_ones_are_not_judged() -> None:
    assert change_of_devices([1, 2, 3, 4]) == NotJudged(TooFew.DEVICES, 4, 5)
    assert change_of_devices([1] * 5) == NotJudged(TooFew.SPREAD, 0, 0)
    assert difference_of_groups([1, 2, 3, 4], range(9)) == NotJudged(TooFew.DEVICES, 4, 5)
    assert difference_of_groups(range(9), [1, 2]) == NotJudged(TooFew.OTHER_DEVICES, 2, 5)
    assert difference_of_groups([2] * 5, [2] * 5) == NotJudged(TooFew.SPREAD, 0, 0)
