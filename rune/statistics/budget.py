"""An error budget: how likely a false alert may be, shared over scopes, features, looks and days. Pure.

Shares are added (C. E. Bonferroni, 1936), so the sum holds whatever depends on what: the looks of neighbouring days see
the same windows, and features of one sound move together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

MONTH_DAYS: Final = 30
MONTH_ALPHA: Final = 0.01
"""The probability of any alert in an unchanged month."""


@dataclass(frozen=True)
class ErrorBudget:
    """The probability `alpha` of any false alert in `days` days, shared by weight over what is tested each day.

    Every day gets the same, because a change may begin on any day. `weights` are by the name of a family of tests, such
    as `fleet`; each family divides its part by the number of its tests. Raises `ValueError` for an alpha outside 0 to
    1, no day, or weights that are not above 0.
    """

    alpha: float = MONTH_ALPHA
    days: int = MONTH_DAYS
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"all": 1.0}))

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1 or self.days < 1:
            raise ValueError("A budget has an alpha between 0 and 1 and at least one day.")
        if not self.weights or not all(math.isfinite(each) and each > 0 for each in self.weights.values()):
            raise ValueError("A budget has families with weights above 0.")

    def of_day(self, family: str) -> float:
        """Returns the alpha of all tests of a family on one day. Raises `KeyError` for a family without a weight."""
        return self.alpha / self.days * self.weights[family] / sum(self.weights.values())

    def of_test(self, family: str, tests: int) -> float:
        """Returns the alpha of each of `tests` >= 1 tests that a family makes on one day."""
        return self.of_day(family) / max(tests, 1)


def holm(p_values: Sequence[float], alpha: float) -> tuple[bool, ...]:
    """Returns which hypotheses are rejected at a level that holds for all of them together, at one look.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979). It is for p values
    of one look: at each of several looks it would spend the alpha again (see `sequential.guard_bounds`).
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    rejected = [False] * len(p_values)
    for rank, place in enumerate(order):
        if p_values[place] > alpha / (len(p_values) - rank):
            break
        rejected[place] = True
    return tuple(rejected)
