"""The report of a day of a fleet: alerts, and comparisons that were not made. The words are the caller's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rune.assessment.drift.figures import Aspect, DriftFigure
from rune.statistics.attribution import Carrier
from rune.statistics.budget import ErrorBudget
from rune.statistics.by_device import EffectEstimate
from rune.statistics.not_judged import NotJudged


class DriftComparison(StrEnum):
    """The two sides of a comparison. Each is a family of the error budget."""

    FLEET = "fleet"
    """The devices with their own past."""
    GROUP_CHANGE = "group change"
    """The changes of a group's devices with those of the others."""
    GROUP = "group"
    """A group's devices with the others, as they are."""
    DEVICE = "device"
    """A device with its own past, beyond what all devices have in common."""
    TESTS = "tests"
    """The devices with the test samples."""


_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        DriftComparison.FLEET: 0.25,
        DriftComparison.GROUP_CHANGE: 0.2,
        DriftComparison.GROUP: 0.2,
        DriftComparison.DEVICE: 0.25,
        DriftComparison.TESTS: 0.1,
    }
)


@dataclass(frozen=True)
class DriftSettings:
    """The settings of a judgement: the `past_days` by which each device is known, the days of a change that are judged
    together (`windows`, even numbers that rise), the least effect of an alert by aspect, and what the field may differ
    from the test samples, which are never quite the same. What stands (groups beside others, the field beside the
    tests) is much the same each day, so it is judged on one day of `standing_days`, those whose number that divides,
    with the budget of all of them."""

    budget: ErrorBudget = field(default_factory=lambda: ErrorBudget(weights=_WEIGHTS))
    past_days: int = 28
    windows: tuple[int, ...] = (2, 8)
    standing_days: int = 7
    least: Mapping[Aspect, float] = field(
        default_factory=lambda: MappingProxyType(
            {Aspect.SHARE: 0.01, Aspect.LOCATION: 0.1, Aspect.SPREAD: 0.05, Aspect.DURATION: math.log(1.1)}
        )
    )
    tolerance: Mapping[Aspect, float] = field(
        default_factory=lambda: MappingProxyType({Aspect.SHARE: 0.05, Aspect.LOCATION: 0.25, Aspect.SPREAD: 0.2})
    )

    @property
    def day_count(self) -> int:
        """How many days a judgement reads."""
        return self.past_days + self.windows[-1]


@dataclass(frozen=True)
class DriftAlert:
    """A difference that chance does not explain. `alpha` is the part of the error budget below which its p value is,
    `days` how many days the effect is the mean of, and `since` the day on which it probably began; 0 where there is no
    beginning. `group` is a pair of attribute and value, and `device` a name, as the comparison has one. `carrier` is
    the group of devices that explains the changes of this figure best, if one does."""

    comparison: DriftComparison
    figure: DriftFigure
    effect: EffectEstimate
    alpha: float
    days: int
    since: int = 0
    group: tuple[str, str] | None = None
    device: str = ""
    carrier: Carrier | None = None


@dataclass(frozen=True)
class SkippedComparison:
    """A comparison that was not made, of a group or of so many devices, and why."""

    comparison: DriftComparison
    reason: NotJudged
    group: tuple[str, str] | None = None
    devices: int = 0


@dataclass(frozen=True)
class DayReport:
    """The judgement of a day: alerts, the surest first, how many devices were compared with their own past, and what
    was not judged."""

    alerts: tuple[DriftAlert, ...]
    judged_devices: int
    skipped: tuple[SkippedComparison, ...]
