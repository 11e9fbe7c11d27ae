"""Tests whether devices with a new rune differ from what they would be without it by more than a limit. The unit is the
device.

The change of each device from its own past is compared with the change of the devices that stayed: what a device is
used for cancels, and so does what the hours of the stage did to all. Where there is no past, the devices are compared
as they are; where nobody stayed, each with its own past, over whole days.

One-sided tests against the limit, in both directions at half of the level: E. L. Lehmann and J. P. Romano, "Testing
Statistical Hypotheses" (2005), 3.4. Two groups by rank sums, a single one by Student's t (`rune.statistics.by_device`
says why).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Final

import numpy as np

from rune.assessment.guards.figures import FigureSide, GuardFigure
from rune.assessment.guards.limits import GuardKind, GuardLimit
from rune.assessment.guards.verdicts import ComparedWith, GuardDifference
from rune.statistics.binned import Array
from rune.statistics.by_device import CONFIDENCE, welch_degrees
from rune.statistics.distributions import student_quantile, student_tail
from rune.statistics.not_judged import MIN_DEVICES, NotJudged, TooFew
from rune.statistics.rank_sum import rank_sum_p, ranks_of

ONE_SIDED: Final = frozenset({GuardKind.RESTARTS, GuardKind.MEMORY, GuardKind.TIME})
"""The guards for which less is no harm."""
COUNTED: Final = frozenset({GuardKind.RESTARTS})
"""The guards of counts that are 0 on most devices. Ranks would take a margin below 0 for a difference, so the devices
are compared without it, and the difference has to be larger too."""
_MOST_DEGREES: Final = 1000
LOWER: Final = frozenset({GuardKind.CONFIDENCE})
"""The guards for which more is no harm."""


@dataclass(frozen=True)
class FigureComparison:
    """A compared figure: the means of the devices with the new rune and of what they are compared with, the difference
    and its limit in one unit, and how many devices are on each side."""

    new: float
    old: float
    difference: GuardDifference
    limit: float
    devices: int
    others: int
    least_p: float = 0.0
    """The least probability that so few devices can have, whatever they did."""


def compare(figure: GuardFigure, limit: GuardLimit, *, whole_days: bool) -> FigureComparison | NotJudged:
    """Compares a figure of devices with its limit. `whole_days` says that days before can be compared with the stage.

    The probability is two-sided: that of each direction is doubled, so that one level is for all guards.
    """
    new, others = figure.moved, figure.stayed
    if len(new.known) < MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, len(new.known), MIN_DEVICES)
    if len(new.changes) >= MIN_DEVICES and len(others.changes) >= MIN_DEVICES:
        # Without the new rune, a device would have changed as those that others.
        base = _past_mean(new) + float(others.changes.mean())
        return _two_groups(figure, (new.changes, others.changes), limit, base, ComparedWith.STAYED_CHANGE)
    if len(others.known) >= MIN_DEVICES:
        base = float(others.known.mean())
        return _two_groups(figure, (new.known, others.known), limit, base, ComparedWith.STAYED)
    if len(new.changes) < MIN_DEVICES:
        return NotJudged(TooFew.OTHER_DEVICES, len(others.known), MIN_DEVICES)
    if not whole_days:
        return NotJudged(TooFew.RECENT_DAYS, 0, 1)
    return _one_group(figure, new.changes, limit, _past_mean(new))


def _past_mean(side: FigureSide) -> float:
    return float(side.past[np.isfinite(side.now - side.past)].mean())


def _two_groups(
    figure: GuardFigure, groups: tuple[Array, Array], limit: GuardLimit, base: float, comparison: ComparedWith
) -> FigureComparison:
    own, others = groups
    margin = _margin(figure, limit, base)
    parts = (float(own.var(ddof=1)) / len(own), float(others.var(ddof=1)) / len(others))
    value = float(own.mean() - others.mean())
    degrees = welch_degrees(parts, (len(own), len(others))) if sum(parts) else math.inf
    if figure.kind in COUNTED:
        p = 2 * _rank_tail(own, others, 1) if value > margin else 1.0
    else:
        p = min(2 * _rank_tail(own - side * margin, others, side) for side in _sides(figure.kind))
    spread = (value, math.sqrt(sum(parts)), degrees)
    comparison_result = _compared(figure, spread, min(1.0, p), (base, margin), (len(own), len(others)), comparison)
    return replace(comparison_result, least_p=2 * _least_tail(len(own), len(others)))


def _one_group(figure: GuardFigure, changes: Array, limit: GuardLimit, base: float) -> FigureComparison:
    margin = _margin(figure, limit, base)
    value, error = float(changes.mean()), float(changes.std(ddof=1)) / math.sqrt(len(changes))
    degrees = len(changes) - 1
    excess = max(side * value - margin for side in _sides(figure.kind))
    # Changes that are all the same leave no doubt.
    p = 2 * float(student_tail(excess / error, degrees)) if error else float(excess <= 0)
    spread = (value, error, degrees)
    return _compared(figure, spread, min(1.0, p), (base, margin), (len(changes), 0), ComparedWith.OWN_PAST)


def _margin(figure: GuardFigure, limit: GuardLimit, base: float) -> float:
    """Returns the limit in the unit of the differences of a figure: a ratio is compared as a logarithm."""
    if figure.kind is GuardKind.LABELS:
        return limit.of_label(figure.subject, base)
    return math.log1p(limit.limit) if figure.is_ratio else limit.limit


def _sides(kind: GuardKind) -> tuple[int, ...]:
    """The directions that are harm: 1 for more, -1 for less."""
    if kind in ONE_SIDED:
        return (1,)
    return (-1,) if kind in LOWER else (1, -1)


def _rank_tail(own: Array, others: Array, side: int) -> float:
    """Returns how likely the ranks of `own` are so far to one side by chance."""
    ranks = ranks_of(side * np.concatenate([own, others]))
    rank_sum = float(ranks[: len(own)].sum())
    half = float(rank_sum_p(np.asarray(rank_sum), len(own), len(others))) / 2
    return half if rank_sum > len(own) * (len(own) + len(others) + 1) / 2 else 1 - half


def devices_to_fail(others: int, alpha: float) -> int:
    """Returns how many devices, at least, can differ from `others` at a level alpha > 0."""
    return next(own for own in count(MIN_DEVICES) if 2 * _least_tail(own, max(others, MIN_DEVICES)) < alpha)


def _least_tail(own: int, others: int) -> float:
    """Returns how likely the most extreme order of the ranks is: that of `own` devices which are all at one end."""
    return 1 / math.comb(own + others, own)


def _compared(
    figure: GuardFigure,
    spread: tuple[float, float, float],
    p: float,
    base_and_margin: tuple[float, float],
    devices: tuple[int, int],
    comparison: ComparedWith,
) -> FigureComparison:
    """`spread` is the difference with its standard error and degrees of freedom."""
    value, error, degrees = spread
    base, margin = base_and_margin
    half = _quantile(min(int(degrees), _MOST_DEGREES)) * error if error else 0.0
    ends = (value, value - half, value + half)
    if figure.is_ratio:
        value, low, high = (math.expm1(each) for each in ends)
        difference = GuardDifference(value, low, high, p, comparison)
        return FigureComparison(math.exp(base + ends[0]), math.exp(base), difference, math.expm1(margin), *devices)
    return FigureComparison(base + value, base, GuardDifference(*ends, p, comparison), margin, *devices)


@lru_cache(maxsize=1024)
def _quantile(degrees: int) -> float:
    """Returns the factor of a standard error for a range. Fewer degrees of freedom make it wider, so they are rounded
    down."""
    return student_quantile((1 - CONFIDENCE) / 2, max(degrees, 1))
