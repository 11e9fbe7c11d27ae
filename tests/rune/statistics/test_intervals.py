"""Intervals and the sign test against the tables of the sources they name."""

from __future__ import annotations

import pytest

from rune.statistics.intervals import rate_an_hour, sign_test, wilson
from tests.support.cases import each_case


@each_case(
    ("right", "count", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (490, 500, 0.9636, 0.9891),
    ],
)
def test_wilsons_interval_is_that_of_the_tables(right: int, count: int, low: float, high: float) -> None:
    share = wilson(right, count)
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


def test_ten_samples_tell_little_even_when_all_are_right() -> None:
    assert not wilson(10, 10).is_precise
    assert wilson(98, 100).is_precise


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683)])
def test_the_poisson_interval_is_garwoods(count: int, low: float, high: float) -> None:
    rate = rate_an_hour(count, 1.0)
    assert rate.low == pytest.approx(low, abs=1e-3)
    assert rate.high == pytest.approx(high, abs=1e-3)
    assert rate_an_hour(count, 0.5).value == 2 * count


@each_case(("better", "worse", "chance"), [(0, 0, 1.0), (9, 1, 0.0215), (1, 9, 0.0215), (5, 5, 1.0)])
def test_the_sign_test_counts_how_even_the_changes_are(better: int, worse: int, chance: float) -> None:
    assert sign_test(better, worse) == pytest.approx(chance, abs=1e-4)
