"""The levels of the tests by device, with 5 to 1,000 devices and heavy tails: why each test was chosen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rune.statistics.distributions import student_tail
from rune.statistics.rank_sum import rank_sum_p, ranks_of

pytestmark = pytest.mark.proof

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, tuple[int, int]], Array]

SYMMETRIC: dict[str, Draw] = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "t of 3": lambda random, shape: random.standard_t(3, shape),
    "t of 2": lambda random, shape: random.standard_t(2, shape),
    "one in 30 tenfold": lambda random, shape: (
        random.standard_normal(shape) * np.where(random.random(shape) < 0.03, 10, 1)
    ),
}
ANY = SYMMETRIC | {"lognormal": lambda random, shape: random.lognormal(0, 1, shape)}
LEVELS = (1e-2, 1e-3, 1e-4)
NUMBERS = 20_000_000


def _most(level: float, trials: int) -> float:
    """Returns the most that a test at a level may reach in so many trials: three errors above it."""
    return level + 3 * math.sqrt(level / trials)


@pytest.mark.parametrize("devices", [5, 20, 100, 1000])
@pytest.mark.parametrize("name", list(SYMMETRIC))
def test_students_t_keeps_its_level_for_changes_of_devices(name: str, devices: int) -> None:
    trials = min(200_000, NUMBERS // devices)
    changes = SYMMETRIC[name](np.random.default_rng(1), (devices, trials))
    t = changes.mean(axis=0) / (changes.std(axis=0, ddof=1) / devices**0.5)
    p = 2 * student_tail(np.abs(t), devices - 1)
    for level in LEVELS:
        assert (p <= level).mean() <= _most(level, trials)


@pytest.mark.parametrize(("own", "others"), [(5, 5), (5, 95), (20, 80), (50, 50), (50, 950)])
@pytest.mark.parametrize("name", list(ANY))
def test_rank_sums_keep_their_level_for_a_group_without_meaning(name: str, own: int, others: int) -> None:
    trials = min(200_000, NUMBERS // (own + others))
    values = ANY[name](np.random.default_rng(2), (own + others, trials))
    p = rank_sum_p(ranks_of(values)[:own].sum(axis=0), own, others)
    for level in LEVELS:
        assert (p <= level).mean() <= _most(level, trials)


def test_welchs_t_does_not_where_five_are_beside_many() -> None:
    trials = 200_000
    values = np.random.default_rng(3).standard_normal((100, trials))
    one, other = values[:5], values[5:]
    parts = one.var(axis=0, ddof=1) / 5, other.var(axis=0, ddof=1) / 95
    t = (one.mean(axis=0) - other.mean(axis=0)) / np.sqrt(parts[0] + parts[1])
    degrees = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / 4 + parts[1] ** 2 / 94)
    assert (2 * student_tail(np.abs(t), degrees) <= 1e-4).mean() > 5e-4
