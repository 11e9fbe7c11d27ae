"""The part of a rollout's error budget that a look at a guard may use: by stage, by guard, by the time in a stage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rune.assessment.guards.limits import ALPHA
from rune.statistics.sequential import Spending, sequential_bounds

EXTENSION: Final = 0.1
"""The part of a stage's budget for looks after its planned time, while guards wait for enough answers."""
MOST_LOOKS: Final = 96
"""Looks within the planned time that are told apart. A longer stage has as many, each at the end of a longer part."""


@dataclass(frozen=True)
class GuardLook:
    """A look in a stage: `stages` are judged, of which this is one, with `guards` that are tested, at the hour `hour`
    >= 1 of a stage that is planned for `hours` and may take `longest`."""

    stages: int
    guards: int
    hour: int
    hours: int
    longest: int
    alpha: float = ALPHA

    def p_of_guard(self, tests: int, spending: Spending = Spending.OBRIEN_FLEMING) -> float:
        """Returns the probability below which one of `tests` >= 1 tests of a guard fails at this look; 0 between the
        looks of a long stage, and after the longest time.

        Stages, guards and tests share the budget equally (C. E. Bonferroni, 1936), looks of a stage by a spending
        function over its time. Differences of devices that do not change with time make later looks agree more with
        earlier ones than the bounds assume, so that less is spent.
        """
        alpha = self.alpha / max(self.stages, 1) / max(self.guards, 1) / max(tests, 1)
        if self.hour > self.longest:
            return 0.0
        if self.hour > self.hours:
            return alpha * EXTENSION / (self.longest - self.hours)
        looks = min(self.hours, MOST_LOOKS)
        if self.hour * looks % self.hours >= looks and self.hour < self.hours:
            return 0.0
        return _planned(looks, alpha * (1 - EXTENSION), spending)[self.hour * looks // self.hours - 1]


@lru_cache(maxsize=256)
def _planned(looks: int, alpha: float, spending: Spending) -> tuple[float, ...]:
    """Returns the p values of evenly spread looks."""
    bounds = sequential_bounds([number / looks for number in range(1, looks + 1)], alpha, spending)
    return tuple(look.p for look in bounds)
