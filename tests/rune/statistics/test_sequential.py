"""Sequential bounds against published tables, and by simulation of what they must not stop."""

from __future__ import annotations

import numpy as np
import pytest

from rune.statistics.sequential import Spending, crossing_probability, guard_bounds, sequential_bounds, spent
from tests.support.cases import each_case

FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


@each_case(
    ("spending", "bounds"),
    [
        (Spending.OBRIEN_FLEMING, (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)),
        (Spending.POCOCK, (2.4380, 2.4268, 2.4101, 2.3966, 2.3859)),
    ],
)
def test_bounds_of_five_looks_are_those_of_lan_and_demets(spending: Spending, bounds: tuple[float, ...]) -> None:
    """The values of the programs of Reboussin, DeMets, Kim and Lan (2000) at 5 %, two-sided."""
    looks = sequential_bounds(FIFTHS, 0.05, spending)
    assert [look.bound for look in looks] == pytest.approx(bounds, abs=2e-4)
    assert looks[-1].spent == pytest.approx(0.05)
    one_sided = sequential_bounds(FIFTHS, 0.025, spending, is_two_sided=False)
    assert [look.bound for look in one_sided] == pytest.approx(bounds, abs=2e-3)


@each_case(
    ("looks", "pocock", "obrien_fleming"),
    [(2, 2.178, 1.977), (3, 2.289, 2.004), (5, 2.413, 2.040), (10, 2.555, 2.087), (20, 2.672, 2.126)],
)
def test_the_constants_of_jennison_and_turnbull_cross_with_five_percent(
    looks: int, pocock: float, obrien_fleming: float
) -> None:
    """Tables 2.1 and 2.3 of their book (2000)."""
    parts = [(k + 1) / looks for k in range(looks)]
    assert crossing_probability(parts, [pocock] * looks) == pytest.approx(0.05, abs=2e-4)
    bounds = [obrien_fleming / part**0.5 for part in parts]
    assert crossing_probability(parts, bounds) == pytest.approx(0.05, abs=2e-4)


@each_case("spending", list(Spending))
def test_spending_rises_from_nothing_to_alpha(spending: Spending) -> None:
    amounts = [spent(spending, part, 0.03) for part in (-1, 0, 0.1, 0.5, 0.9, 1, 2)]
    assert amounts == sorted(amounts)
    assert amounts[:2] == [0, 0]
    assert amounts[-1] == pytest.approx(0.03)


def test_a_single_look_is_a_single_test() -> None:
    (look,) = sequential_bounds((1.0,), 0.01)
    assert look.bound == pytest.approx(2.5758, abs=1e-4)
    assert look.p == pytest.approx(0.01)


@pytest.mark.slow
def test_seven_guards_with_21_looks_stop_a_harmless_rollout_in_one_case_of_a_hundred() -> None:
    """The guards are independent here, which is the worst for a sum of their parts."""
    parts = [(k + 1) / 21 for k in range(21)]
    bounds = guard_bounds(parts, {f"guard {number}": 1 + number % 3 for number in range(7)}, 0.01)
    limits = np.array([[look.bound for look in looks] for looks in bounds.values()])
    random = np.random.default_rng(7)
    walks = random.normal(size=(20_000, 7, 21)).cumsum(axis=2) / np.sqrt(np.arange(1, 22))
    stops = (np.abs(walks) >= limits).any(axis=(1, 2)).mean()
    assert 0.007 < stops < 0.0125


@each_case("parts", [(), (0.0, 1.0), (0.5, 0.5), (0.5, 1.1), (0.6, 0.3)])
def test_parts_that_do_not_rise_from_0_to_1_are_refused(parts: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="Parts of the information"):
        sequential_bounds(parts, 0.05)
