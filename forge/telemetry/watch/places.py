"""The places of days on the horizontal axis of a chart, and their texts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from forge.telemetry.watch.series import WatchedDay

_GAP: Final = 0.24
"""The part of a day's width that is between two bars."""
_TEXTS: Final = 4


@dataclass(frozen=True)
class DayText:
    """A day below the axis."""

    x: float
    text: str
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True)
class DayPlaces:
    """The places of days, from `left_end` to `right_end`, in units of the drawing."""

    days: tuple[date, ...]
    left_end: float
    right_end: float

    @staticmethod
    def of(days: Sequence[WatchedDay], left_end: float, right_end: float) -> DayPlaces:
        """Returns the places of one or more days in order."""
        return DayPlaces(tuple(each.day for each in days), left_end, right_end)

    @property
    def step(self) -> float:
        """The units of a day."""
        return (self.right_end - self.left_end) / len(self.days)

    @property
    def width(self) -> float:
        """The units of a bar."""
        return round(self.step * (1 - _GAP), 2)

    @property
    def middle(self) -> float:
        """The middle of the axis."""
        return (self.left_end + self.right_end) / 2

    def left(self, place: int) -> float:
        """Returns where the bar of a day begins."""
        return round(self.left_end + place * self.step, 1)

    def centre(self, place: int) -> float:
        """Returns the middle of a day's bar."""
        return round(self.left_end + place * self.step + self.width / 2, 1)

    def line(self, day: date) -> float | None:
        """Returns the place just before a day, on the axis; None of a day that is not shown."""
        if day not in self.days:
            return None
        return round(self.left_end + max(0.0, self.days.index(day) - _GAP / 2) * self.step, 1)

    def texts(self, *, is_today_last: bool) -> tuple[DayText, ...]:
        """Returns the first and the last day, and some between them."""
        last = len(self.days) - 1
        count = min(_TEXTS, len(self.days))
        places = sorted({round(number * last / max(1, count - 1)) for number in range(count)})
        return tuple(self._text(place, is_today=is_today_last and place == last) for place in places)

    def _text(self, place: int, *, is_today: bool) -> DayText:
        day = self.days[place]
        text = "today" if is_today else f"{day.day} {day:%b}"
        if place == 0:
            return DayText(self.left(0), text, "start")
        if place == len(self.days) - 1:
            return DayText(round(self.right_end, 1), text, "end")
        return DayText(self.centre(place), text, "middle")
