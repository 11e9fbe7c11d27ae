"""The differences that the guards of a stage could see, before it begins: the power analysis of a rollout.

The devices are compared as `comparing` does: the changes from their own past with those of the devices that stay, by
Student's t, of which rank sums have 95 % of the sample size. The level is that of the last look of a stage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from rune.assessment.guards.looks import GuardLook
from rune.statistics.not_judged import MIN_DEVICES, MIN_WINDOWS, NotJudged, TooFew
from rune.statistics.power import t_power

POWER: Final = 0.9
"""The part of all cases in which a difference is seen."""
PAST_DAYS: Final = 28
_EFFICIENCY: Final = 3 / math.pi
"""The part of the sample that rank sums use of normal figures: E. J. G. Pitman (1948)."""


@dataclass(frozen=True)
class GuardedStage:
    """A stage as it is planned: `devices` get the new rune, `others` stay and are compared with, each with
    `answers_a_day` answers."""

    devices: int
    others: int
    answers_a_day: float
    look: GuardLook

    @property
    def days(self) -> float:
        """The days of the stage."""
        return self.look.hours / 24


@dataclass(frozen=True)
class FigureSpread:
    """The scatter of a figure: that of one answer, and that of a device from day to day, as standard deviations in the
    unit of the figure. What devices differ by always cancels out with their own past."""

    of_answer: float
    of_day: float


def of_share(share: float, shift: float, day_spread: float) -> FigureSpread:
    """Returns the scatter of a share, 0 to 1, that shifts, whose devices vary by `day_spread` at a share of one half:
    before or after, whichever is larger, since a rare label scatters more once it is not rare."""
    deviation = math.sqrt(max(each * (1 - each) for each in (share, min(max(share + shift, 0.0), 1.0))))
    return FigureSpread(deviation, 2 * deviation * day_spread)


def chance_of_seeing(
    stage: GuardedStage, spread: FigureSpread, shift: float, limit: float, tests: int = 1
) -> float | NotJudged:
    """Returns the probability, 0 to 1, that a guard fails in a stage where a figure shifts by `shift`, of which `limit`
    is allowed; `tests` are those that share the guard's part of the budget."""
    if (lack := lack_of(stage)) is not None:
        return lack
    excess = abs(shift) - limit
    alpha = replace(stage.look, hour=stage.look.hours).p_of_guard(tests)
    if excess <= 0:
        return 0.0
    return t_power(excess / _error(stage, spread), stage.devices + stage.others - 2, alpha)


def least_seen(stage: GuardedStage, spread: FigureSpread, limit: float, tests: int = 1) -> float | NotJudged:
    """Returns the least shift that is seen in 9 of 10 cases, in the unit of the figure, by bisection."""
    if (lack := lack_of(stage)) is not None:
        return lack
    low, high = limit, limit + _error(stage, spread)
    while _chance(stage, spread, high, limit, tests) < POWER:
        low, high = high, limit + 2 * (high - limit)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _chance(stage, spread, middle, limit, tests) < POWER else (low, middle)
    return high


def hours_until_judged(devices: int, answers_a_day: float) -> float | None:
    """Returns the hours after which a stage has enough answers to be judged at all; None of one that never has."""
    if devices < MIN_DEVICES or answers_a_day <= 0:
        return None
    return 24 * MIN_WINDOWS / (devices * answers_a_day)


def lack_of(stage: GuardedStage) -> NotJudged | None:
    """Returns what a stage lacks to be judged; None where it has enough."""
    if stage.devices < MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, stage.devices, MIN_DEVICES)
    if stage.others < MIN_DEVICES:
        return NotJudged(TooFew.OTHER_DEVICES, stage.others, MIN_DEVICES)
    answers = stage.devices * stage.answers_a_day * stage.days
    return NotJudged(TooFew.WINDOWS, int(answers), MIN_WINDOWS) if answers < MIN_WINDOWS else None


def _chance(stage: GuardedStage, spread: FigureSpread, shift: float, limit: float, tests: int) -> float:
    chance = chance_of_seeing(stage, spread, shift, limit, tests)
    return 0.0 if isinstance(chance, NotJudged) else chance


def _error(stage: GuardedStage, spread: FigureSpread) -> float:
    """Returns the standard error of the difference of the changes of both sides."""

    # A day that is not whole has fewer answers, and all of the scatter of a day.
    of_answers = spread.of_answer**2 / max(stage.answers_a_day, 1) * (1 / stage.days + 1 / PAST_DAYS)
    of_days = spread.of_day**2 * (1 / max(stage.days, 1) + 1 / PAST_DAYS)
    return math.sqrt((of_answers + of_days) * (1 / stage.devices + 1 / stage.others) / _EFFICIENCY)
