"""The past as a band behind a chart: where a figure was on nine of ten days before those that are shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from forge.telemetry.watch.series import WatchedDay
from rune.statistics.not_judged import MIN_PAST_DAYS
from rune.wording import counted

PAST_DAYS: Final = 28
"""Days before the first that is shown. They are whole weeks, so that each weekday counts the same."""
_SHARES: Final = (0.05, 0.95)


@dataclass(frozen=True)
class PastBand:
    """The band of a figure, in its unit."""

    low: float
    high: float


@dataclass(frozen=True)
class PastDays:
    """The days before those that are shown, as far as something was counted on them."""

    days: tuple[WatchedDay, ...]
    first: date
    last: date

    @staticmethod
    def of(days: Iterable[WatchedDay], first: date, last: date) -> PastDays:
        """Returns the days with answers of those from the first to the last one."""
        return PastDays(tuple(day for day in days if day.answers), first, last)

    def band(self, figure: Callable[[WatchedDay], float | None]) -> PastBand | None:
        """Returns the middle nine tenths of a figure's days; None of fewer than 14 days."""
        values = [value for day in self.days if (value := figure(day)) is not None]
        if len(values) < MIN_PAST_DAYS:
            return None
        low, high = (float(each) for each in np.quantile(values, _SHARES))
        return PastBand(low, high)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough days for a band."""
        return len(self.days) >= MIN_PAST_DAYS

    @property
    def sentence(self) -> str:
        """The meaning of the band, or why there is none."""
        between = f"{_text(self.first)} to {_text(self.last)}"
        if self.is_enough:
            days = counted(len(self.days), "day")
            return (
                f"Grey: where the line was on 9 of 10 days from {between}, before the days shown ({days} with counts)."
            )
        days = counted(len(self.days), "day")
        return f"No band of the past: {days} from {between} have counts, and {MIN_PAST_DAYS} are needed."


def positions_of(band: PastBand | None, y: Callable[[float], float]) -> tuple[float, float] | None:
    """Returns the top and the height of a band in a drawing whose axis has a figure at `y`."""
    if band is None:
        return None
    top = y(band.high)
    # A band of one value is a line.
    return top, round(max(y(band.low) - top, 1.0), 1)


def highest_of(values: Sequence[float], band: PastBand | None) -> float:
    """Returns the highest number that a chart of some values and the band shows."""
    return max([*values, *([band.high] if band else [])])


def _text(day: date) -> str:
    return f"{day.day} {day:%b}"
