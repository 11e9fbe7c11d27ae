"""The tails of distributions against SciPy's, far out too."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rune.statistics.distributions import (
    chi_squared_tail,
    kolmogorov_tail,
    normal_quantile,
    normal_tail,
    student_quantile,
    student_tail,
)
from tests.support.cases import each_case


def test_normal_tails_are_those_of_scipy() -> None:
    z = np.linspace(-8, 30, 77)
    assert np.allclose(normal_tail(z), stats.norm.sf(z), rtol=1e-12, atol=0)
    assert normal_quantile(1e-9) == pytest.approx(stats.norm.isf(1e-9), rel=1e-12)
    assert (normal_quantile(0.0), normal_quantile(1.0)) == (math.inf, -math.inf)


def test_students_tails_are_those_of_scipy_for_all_degrees() -> None:
    t, degrees = np.meshgrid(np.linspace(-40, 40, 161), [0.7, 1, 2.5, 4, 21, 98.3, 5000, 1e6])
    assert np.allclose(student_tail(t, degrees), stats.t.sf(t, degrees), rtol=1e-7, atol=1e-280)
    assert float(student_tail(3.0, math.inf)) == pytest.approx(stats.norm.sf(3.0), rel=1e-12)


@each_case(("tail", "degrees"), [(0.025, 4), (1e-7, 21), (0.4, 1.5), (0.9, 30), (1e-12, 400.0), (0.499, 3), (1e-30, 2)])
def test_students_quantiles_are_those_of_scipy(tail: float, degrees: float) -> None:
    assert student_quantile(tail, degrees) == pytest.approx(stats.t.isf(tail, degrees), rel=1e-8)


def test_chi_squared_tails_are_those_of_scipy() -> None:
    for degrees in range(1, 20):
        for value in (0.0, 0.3, 3.0, 20.0, 90.0):
            assert chi_squared_tail(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), rel=1e-9)


def test_kolmogorovs_tail_is_near_the_exact_one() -> None:
    for count in (50, 300, 5000):
        for tail in (0.2, 0.01, 1e-4):
            assert kolmogorov_tail(float(stats.kstwo.isf(tail, count)), count) == pytest.approx(tail, rel=0.12)
    assert kolmogorov_tail(0.0, 300) == 1
