"""Devices against their own past: variances that lean on each other, common days, and changes that last."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from rune.statistics.lasting import day_degrees, half_correlation, lasting_p, mean_degrees
from rune.statistics.own_past import Timeline, device_past, mean_series, mean_variance
from rune.statistics.shrinkage import _digamma, _trigamma, _trigamma_inverse, shrink_variances
from tests.support.cases import each_case
from tests.support.properties import examples

DAYS = np.arange(36)
TIMELINE = Timeline.of(DAYS, 28, 8)


def test_the_functions_of_gamma_are_scipys() -> None:
    x = np.array([0.3, 1.0, 2.5, 13.5, 400.0])
    assert np.allclose(_digamma(x), special.digamma(x), rtol=1e-8)
    assert np.allclose(_trigamma(x), special.polygamma(1, x), rtol=1e-8)
    assert np.allclose(_trigamma_inverse(special.polygamma(1, x)), x, rtol=1e-6)


def test_variances_of_equal_devices_become_one_and_those_of_unequal_ones_stay() -> None:
    random = np.random.default_rng(1)
    degrees = np.full(300, 13.0)
    equal = random.chisquare(13, (300, 1)) / 13
    shrunk = shrink_variances(equal, degrees)
    assert shrunk.prior[0] == pytest.approx(1, abs=0.1)
    assert shrunk.prior_degrees[0] > 100
    assert shrunk.variances.std() < equal.std() / 5
    unequal = equal * random.lognormal(0, 2, (300, 1))
    assert shrink_variances(unequal, degrees).prior_degrees[0] < 2


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=20))
@examples(50)
def test_a_shrunk_variance_is_between_its_own_and_the_usual_one(values: list[float]) -> None:
    variances = np.array(values)[:, None]
    shrunk = shrink_variances(variances, np.full(len(values), 13.0))
    low, high = np.minimum(variances, shrunk.prior), np.maximum(variances, shrunk.prior)
    assert (shrunk.variances >= low * (1 - 1e-9)).all()
    assert (shrunk.variances <= high * (1 + 1e-9)).all()


def test_an_unknown_variance_becomes_the_usual_one_and_none_is_0() -> None:
    shrunk = shrink_variances(np.array([[1.0], [1.2], [0.0], [np.nan]]), np.array([13.0, 13.0, 13.0, 0.0]))
    assert np.isfinite(shrunk.variances).all()
    assert (shrunk.variances > 0).all()
    assert shrunk.variances[3, 0] == pytest.approx(shrunk.prior[0])


def test_a_weekly_rhythm_is_no_change_of_a_mean() -> None:
    random = np.random.default_rng(2)
    rhythm = np.where(DAYS % 7 >= 5, 3.0, 0.0)[:, None]
    days = rhythm + 0.1 * random.standard_normal((36, 1))
    for recent in (TIMELINE.recent[-2:], TIMELINE.recent):
        assert abs(mean_series(days, TIMELINE).change(TIMELINE, recent).t[0]) < 4


@each_case(("memory", "most"), [(0.0, 0.015), (0.4, 0.05)])
def test_the_change_of_an_unchanged_mean_keeps_its_level(memory: float, most: float) -> None:
    """Days that resemble the day before are worse, since 28 days say little of how much."""
    random = np.random.default_rng(3)
    noise = random.standard_normal((6000, 36, 1))
    for day in range(1, 36):
        noise[:, day] = memory * noise[:, day - 1] + (1 - memory**2) ** 0.5 * noise[:, day]
    t = mean_series(noise, TIMELINE).change(TIMELINE, TIMELINE.recent).t
    assert (np.abs(t) > 2.831).mean() < most, "2.831 is the 1 % bound of 21 degrees"


def test_the_variance_of_a_mean_of_days_with_a_memory() -> None:
    assert mean_variance(4, np.array([0.0]))[0] == pytest.approx(0.25)
    assert mean_variance(2, np.array([0.5]))[0] == pytest.approx(0.75)


def test_a_device_that_changed_stands_out_and_the_others_do_not() -> None:
    random = np.random.default_rng(4)
    days = random.standard_t(5, (200, 36, 1)) * random.lognormal(0, 0.3, (200, 1, 1))
    days[random.random((200, 36)) < 0.05] = np.nan
    days[17, 28:] += 6
    past = device_past(days, TIMELINE)
    p = past.lasting_p(TIMELINE.recent, 1e-4)
    assert p[17, 0] < 1e-6
    assert (np.delete(p, 17) > 1e-5).all()


def test_one_loud_day_does_not_last() -> None:
    random = np.random.default_rng(5)
    days = random.standard_normal((50, 36, 1))
    days[17, 35] = 100
    assert device_past(days, TIMELINE).lasting_p(TIMELINE.recent[-2:], 1e-2)[17, 0] > 1e-3


@each_case(("tails", "degrees"), [(5.0, 60.0), (8.0, 25.0)])
def test_both_halves_are_far_off_as_often_as_said(tails: float, degrees: float) -> None:
    random = np.random.default_rng(6)
    count = 400_000
    one, other = random.standard_t(tails, (2, count)) / np.sqrt(tails / (tails - 2))
    past = random.standard_normal(count) / np.sqrt(28)
    error = np.sqrt(random.chisquare(degrees, count) / degrees) * np.sqrt(1 + 1 / 28)
    halves = np.stack([one - past, other - past]) / error
    lesser = np.where(halves[0] * halves[1] > 0, np.abs(halves).min(axis=0), 0)
    lesser = lesser[lesser > 1.5]
    correlation = half_correlation(np.array(1.0), np.array(0.5), np.array(1 / 28))
    p = lasting_p(lesser, correlation, np.array(degrees), mean_degrees(np.array(tails), 1))
    for level in (1e-3, 1e-4):
        assert (p <= level).sum() / count == pytest.approx(level, rel=0.35)


def test_days_are_never_taken_for_normal() -> None:
    assert day_degrees(np.array([-1.0, 0.0, 0.5, 6.0, 1000.0])).tolist() == pytest.approx([8, 8, 8, 5, 4.5])


def test_a_timeline_needs_its_days() -> None:
    timeline = Timeline.of(DAYS, 14, 2, 6)
    assert (timeline.past[0], timeline.past[-1], timeline.recent.tolist()) == (14, 27, [34, 35])
    with pytest.raises(ValueError, match="44 days are needed, not 36"):
        Timeline.of(DAYS, 36, 8)
