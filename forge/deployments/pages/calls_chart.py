"""The calls of a deployment in the last days, as bars. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from forge.deployments.models import CallsOfDay

SHOWN_DAYS = 14
"""The days in the chart, with today."""
HEIGHT = 44
"""The height of the highest bar, in units of the picture."""
_WIDTH, _STEP = 11, 15


@dataclass(frozen=True)
class Bar:
    """The answered calls of a day, in units of the picture."""

    x: int
    y: float
    width: int
    height: float
    title: str
    is_yesterday: bool


@dataclass(frozen=True)
class CallsChart:
    """The bars, the oldest first, and the numbers beside them. `yesterday` and `today` are answered calls."""

    bars: tuple[Bar, ...]
    yesterday: int
    today: int
    refused_yesterday: int
    width: int = SHOWN_DAYS * _STEP - (_STEP - _WIDTH)
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether no call of these days was answered."""
        return not any(bar.height for bar in self.bars)


def chart_of(rows: Iterable[CallsOfDay], today: date) -> CallsChart:
    """The chart of the last 14 days. Days without a row had no calls."""
    by_day = {row.day: row for row in rows}
    yesterday = today - timedelta(days=1)
    days = [today - timedelta(days=before) for before in reversed(range(SHOWN_DAYS))]
    answered_calls = [by_day[day].answered if day in by_day else 0 for day in days]
    most = max(*answered_calls, 1)
    bars = []
    for place, (day, count) in enumerate(zip(days, answered_calls, strict=True)):
        height = round(max(HEIGHT * count / most, 1.0), 1) if count else 0.0
        title = f"{day.day} {day:%b}: {count:,}"
        bars.append(Bar(place * _STEP, round(HEIGHT - height, 1), _WIDTH, height, title, day == yesterday))
    refused_calls = by_day[yesterday].refused if yesterday in by_day else 0
    return CallsChart(tuple(bars), answered_calls[-2], answered_calls[-1], refused_calls)
