"""Tests whose unit is the device: one figure a device, however many windows it counted. Pure.

Which test was chosen by simulation (tests/proof/test_statistics_levels.py) with 5 to 1,000 devices:

* Changes of one group: Student's t. With normal changes it keeps its level down to 1 in 10,000, and with heavy tails it
  is below it (0.2 to 0.8 of it with Student's t of 2 or 3 degrees). Signed ranks cannot reach 1 % with 5 devices.
  Both fail where single changes are far off to one side only, which differences to one's own past are not.
* One group against the others: rank sums. They are exact for a group without meaning, whatever the tails, and 5
  devices among 100 can still reach 1 in 10 million. Welch's t of 5 among 100 exceeds 1 in 10,000 sixteen times as
  often as it should, with normal figures, and 250 times with skewed ones. A group that only scatters twice as much is
  found by ranks too: that it differs is right, that its mean does may be wrong. The interval is Welch's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.distributions import student_quantile, student_tail
from rune.statistics.not_judged import MIN_DEVICES, NotJudged, TooFew
from rune.statistics.rank_sum import rank_sum_p, ranks_of

Array = np.ndarray[Any, np.dtype[np.float64]]
Figures = Sequence[float] | np.ndarray[Any, Any]

CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class EffectEstimate:
    """A difference with its 95 % interval from `low` to `high`, the two-sided probability `p` of one so far from 0 by
    chance, and how many devices it is of."""

    value: float
    low: float
    high: float
    p: float
    devices: int


def effect_of(value: float, error: float, degrees: float, devices: int, p: float | None = None) -> EffectEstimate:
    """Returns an effect from its standard error > 0 and degrees of freedom; `p` may be that of another test."""
    half = student_quantile((1 - CONFIDENCE) / 2, degrees) * error
    chance = min(1.0, 2 * float(student_tail(abs(value) / error, degrees))) if p is None else p
    return EffectEstimate(value, value - half, value + half, chance, devices)


def change_of_devices(changes: Figures) -> EffectEstimate | NotJudged:
    """Tests whether the mean change of devices, each against its own past, is 0.

    `changes` are [devices], in any unit. "Student" (W. S. Gosset), "The probable error of a mean", Biometrika 6 (1908);
    for long tails Y. Benjamini, "Is the t test really conservative when the parent distribution is long-tailed?", JASA
    78 (1983).
    """
    values = np.asarray(changes, np.float64)
    if len(values) < MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, len(values), MIN_DEVICES)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    if error == 0:
        return NotJudged(TooFew.SPREAD, 0, 0)
    return effect_of(float(values.mean()), error, len(values) - 1, len(values))


def difference_of_groups(own: Figures, others: Figures) -> EffectEstimate | NotJudged:
    """Tests whether the devices of a group differ from the others: the difference of the means, Welch's interval, and
    the probability of the ranks.

    Both are [devices], in one unit. B. L. Welch, "The generalization of Student's problem when several different
    population variances are involved", Biometrika 34 (1947); ranks as in `rank_sum`.
    """
    one, other = np.asarray(own, np.float64), np.asarray(others, np.float64)
    for lack, values in ((TooFew.DEVICES, one), (TooFew.OTHER_DEVICES, other)):
        if len(values) < MIN_DEVICES:
            return NotJudged(lack, len(values), MIN_DEVICES)
    parts = (float(one.var(ddof=1)) / len(one), float(other.var(ddof=1)) / len(other))
    if sum(parts) == 0:
        return NotJudged(TooFew.SPREAD, 0, 0)
    ranks = ranks_of(np.concatenate([one, other]))
    p = float(rank_sum_p(ranks[: len(one)].sum(), len(one), len(other)))
    value = float(one.mean() - other.mean())
    return effect_of(value, math.sqrt(sum(parts)), welch_degrees(parts, (len(one), len(other))), len(one), p)


def welch_degrees(parts: tuple[float, float], devices: tuple[int, int]) -> float:
    """Returns Welch's degrees of freedom of two variances of means; their sum is above 0."""
    below = sum(part**2 / (count - 1) for part, count in zip(parts, devices, strict=True))
    return sum(parts) ** 2 / below
