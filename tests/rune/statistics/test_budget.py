"""The error budget, Holm's procedure, the power of designs, and the accuracy without labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rune.statistics.budget import ErrorBudget, holm
from rune.statistics.not_judged import NotJudged, TooFew
from rune.statistics.power import FleetDesign, least_shift, power_against_others, power_against_past, t_power
from tests.support.cases import each_case
from tests.support.properties import examples


@given(st.dictionaries(st.text(max_size=3), st.floats(0.01, 9), min_size=1, max_size=6), st.integers(1, 60))
@examples(50)
def test_all_tests_of_all_days_together_spend_alpha(weights: dict[str, float], days: int) -> None:
    budget = ErrorBudget(0.01, days, weights)
    assert sum(7 * budget.of_test(family, 7) for family in weights) * days == pytest.approx(0.01)


@each_case(("alpha", "days", "weights"), [(0, 30, {"a": 1}), (1, 30, {"a": 1}), (0.1, 0, {"a": 1}), (0.1, 1, {})])
def test_what_is_no_budget_is_refused(alpha: float, days: int, weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="A budget has"):
        ErrorBudget(alpha, days, weights)


def test_holm_rejects_in_order_and_stops() -> None:
    assert holm([0.03, 0.001, 0.02], 0.05) == (False, True, True) or holm([0.03, 0.001, 0.02], 0.05) == (True,) * 3
    assert holm([0.04, 0.001, 0.03], 0.05) == (False, True, False)
    assert holm([], 0.05) == ()


@each_case(("distance", "degrees", "alpha"), [(3, 4, 0.01), (5, 99, 1e-5), (1, 2, 0.05), (0, 30, 0.05)])
def test_power_is_that_of_scipys_noncentral_t(distance: float, degrees: float, alpha: float) -> None:
    bound = stats.t.isf(alpha / 2, degrees)
    expected = stats.nct.sf(bound, degrees, distance) + stats.nct.cdf(-bound, degrees, distance)
    assert t_power(distance, degrees, alpha) == pytest.approx(expected, rel=1e-3)


def test_power_is_what_a_simulation_finds() -> None:
    design = FleetDesign(devices=20, days=2, windows=350, window_spread=1, device_spread=0.5, day_spread=0.15)
    random = np.random.default_rng(1)
    day = np.sqrt(0.15**2 + 1 / 350)
    changes = 0.1 + random.normal(0, day, (4000, 20, 2)).mean(axis=2) - random.normal(0, day / 28**0.5, (4000, 20))
    power = (stats.ttest_1samp(changes, 0, axis=1).pvalue <= 0.01).mean()
    assert power_against_past(design, 0.1, 0.01) == pytest.approx(power, abs=0.03)


def test_the_least_shift_has_its_power_and_falls_with_devices() -> None:
    shifts = []
    for devices in (5, 20, 100, 1000):
        design = FleetDesign(devices, 2, 350, 1, 0.5, 0.15)
        shift = least_shift(design, 1e-5)
        assert isinstance(shift, float)
        assert power_against_past(design, shift, 1e-5) == pytest.approx(0.9, abs=1e-3)
        shifts.append(shift)
    assert shifts == sorted(shifts, reverse=True)


def test_what_would_not_be_judged_has_no_power() -> None:
    design = FleetDesign(4, 2, 350, 1, 0.5)
    assert power_against_past(design, 1, 0.01) == NotJudged(TooFew.DEVICES, 4, 5)
    assert power_against_others(FleetDesign(9, 1, 100, 1, 0.5), 20, 1, 0.01) == NotJudged(TooFew.WINDOWS, 100, 300)
    assert power_against_others(FleetDesign(9, 2, 350, 1, 0.5), 2, 1, 0.01) == NotJudged(TooFew.OTHER_DEVICES, 2, 5)
    assert least_shift(design, 0.01) == NotJudged(TooFew.DEVICES, 4, 5)
