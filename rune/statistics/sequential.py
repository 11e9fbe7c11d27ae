"""Group-sequential bounds: how far a guard may stray at each look, so that all looks together keep their alpha. Pure.

K. Lan and D. DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70 (1983): a spending function
says how much alpha is spent up to each part of the information, so the number and the times of looks need not be known
ahead. The bounds follow by recursive numerical integration: P. Armitage, C. McPherson and B. Rowe, "Repeated
significance tests on accumulating data", JRSS A 132 (1969); C. Jennison and B. Turnbull, "Group Sequential Methods with
Applications to Clinical Trials" (2000), chapter 19.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

import numpy as np

from rune.statistics.distributions import normal_density, normal_quantile, normal_tail

Array = np.ndarray[Any, np.dtype[np.float64]]

_POINTS: Final = 401
_FARTHEST: Final = 10.0
"""Standard deviations beyond which nothing is integrated."""


class Spending(StrEnum):
    """The course in which alpha is spent over the information."""

    OBRIEN_FLEMING = "O'Brien-Fleming"
    """Little early on, nearly all at the end: for a guard whose last look has nearly the power of a single test."""
    POCOCK = "Pocock"
    """Evenly: for a guard that stops early what goes wrong early."""


def spent(spending: Spending, part: float, alpha: float) -> float:
    """Returns how much of an alpha of one side is spent when `part` of the information, 0 to 1, is there.

    Lan and DeMets (1983): 2 - 2 Phi(z / sqrt(part)) with the quantile z of alpha / 2, and alpha ln(1 + (e - 1) part).
    """
    if part <= 0:
        return 0.0
    part = min(part, 1.0)
    if spending is Spending.POCOCK:
        return alpha * math.log(1 + (math.e - 1) * part)
    return 2 * float(normal_tail(normal_quantile(alpha / 2) / math.sqrt(part)))


@dataclass(frozen=True)
class SequentialLook:
    """A look of a guard: at which part of the information, the bound of its z value, the alpha that is spent up to it,
    and the p value that stands for the bound at this look alone."""

    part: float
    bound: float
    spent: float
    p: float


def sequential_bounds(
    parts: Sequence[float], alpha: float, spending: Spending = Spending.OBRIEN_FLEMING, is_two_sided: bool = True
) -> tuple[SequentialLook, ...]:
    """Returns the bounds of looks at parts of the information, which rise and are above 0 and at most 1.

    The information of a mean over devices is the number of devices, or of their days, as a part of all. A guard stops
    at the first look where |z|, or z if one-sided, is at or above the bound. Bounds of later looks do not change those
    of earlier ones. Raises `ValueError` for other parts.
    """
    if not parts or parts[0] <= 0 or parts[-1] > 1 or any(low >= high for low, high in pairwise(parts)):
        raise ValueError("Parts of the information rise, above 0 and at most 1.")
    sides = 2 if is_two_sided else 1
    looks, before, walk = [], 0.0, _Walk(is_two_sided)
    for part in parts:
        until = sides * spent(spending, part, alpha / sides)
        bound = walk.bound_for(part, until - before)
        walk = walk.after(part, bound)
        looks.append(SequentialLook(part, bound, until, sides * float(normal_tail(bound))))
        before = until
    return tuple(looks)


def crossing_probability(parts: Sequence[float], bounds: Sequence[float], is_two_sided: bool = True) -> float:
    """Returns how likely a guard without any effect reaches one of its bounds, which are of z at each look."""
    walk, total = _Walk(is_two_sided), 0.0
    for part, bound in zip(parts, bounds, strict=True):
        total += walk.crossing(part, bound)
        walk = walk.after(part, bound)
    return total


def guard_bounds(
    parts: Sequence[float],
    weights: Mapping[str, float],
    alpha: float,
    spending: Spending = Spending.OBRIEN_FLEMING,
    is_two_sided: bool = True,
) -> dict[str, tuple[SequentialLook, ...]]:
    """Returns the bounds of several guards that share alpha by their weights > 0: a weighted Bonferroni.

    It is valid whatever depends on what: each guard crosses a bound by chance at any of its looks with at most its own
    part of alpha, and the parts add up to alpha. Holm's procedure at each look is not valid, because its later steps
    would use p values of one look with alpha that other looks have spent too; and it would gain nothing, because the
    first guard that trips stops the rollout, and Holm's first step is Bonferroni's. Where a guard only warns and the
    rollout goes on, its alpha may pass to the others by larger weights from then on: W. Maurer and F. Bretz, "Multiple
    testing in group sequential trials using graphical approaches", Stat. Biopharm. Res. 5 (2013).
    """
    total = sum(weights.values())
    return {
        name: sequential_bounds(parts, alpha * weight / total, spending, is_two_sided)
        for name, weight in weights.items()
    }


class _Walk:
    """The density of a Brownian motion on a grid after looks at which it had not crossed; of none, a point at 0."""

    def __init__(self, is_two_sided: bool, time: float = 0.0, grid: Array | None = None, mass: Array | None = None):
        self._is_two_sided, self._time = is_two_sided, time
        self._grid = np.zeros(1) if grid is None else grid
        self._mass = np.ones(1) if mass is None else mass

    def crossing(self, part: float, bound: float) -> float:
        """Returns the probability of crossing a bound of z at a part of the information."""
        step, height = math.sqrt(part - self._time), bound * math.sqrt(part)
        above = normal_tail((height - self._grid) / step)
        if self._is_two_sided:
            above = above + normal_tail((height + self._grid) / step)
        return float(above @ self._mass)

    def bound_for(self, part: float, alpha: float) -> float:
        """Returns the bound of z that is crossed with the probability alpha, by bisection."""
        low, high = 0.0, _FARTHEST
        if self.crossing(part, high) >= alpha:
            return high
        for _ in range(45):
            middle = (low + high) / 2
            low, high = (middle, high) if self.crossing(part, middle) > alpha else (low, middle)
        return (low + high) / 2

    def after(self, part: float, bound: float) -> _Walk:
        """Returns the walk at a part of the information, without what has crossed."""
        root = math.sqrt(part)
        low = -min(bound, _FARTHEST) if self._is_two_sided else -_FARTHEST
        grid = np.linspace(low * root, min(bound, _FARTHEST) * root, _POINTS)
        step = math.sqrt(part - self._time)
        density = normal_density((grid[:, None] - self._grid[None]) / step) / step @ self._mass
        # Simpson's rule.
        weights = np.full(_POINTS, 2.0)
        weights[1::2], weights[[0, -1]] = 4.0, 1.0
        return _Walk(self._is_two_sided, part, grid, density * weights * (grid[1] - grid[0]) / 3)
