"""The confidence of answers as the page draws it: the median, the middle half and 90 of 100 answers a day. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.core.axis_ticks import Tick, round_ticks, tick_texts
from forge.telemetry.watch.marks import ChartMarks, MarkGroup, chart_marks
from forge.telemetry.watch.past import PastDays, positions_of
from forge.telemetry.watch.places import DayPlaces, DayText
from forge.telemetry.watch.series import WatchedDay

_TOP, _BOTTOM = 14.0, 266.0
_STEP: Final = 0.1


@dataclass(frozen=True)
class FanBand:
    """A band between two quantiles, as points of a polygon."""

    points: str
    look: str


@dataclass(frozen=True)
class ConfidenceFan:
    """The drawing: 640 by 300 units. Days without answers interrupt bands and lines."""

    bands: tuple[FanBand, ...]
    medians: tuple[str, ...]
    """Lines, as points of polylines."""
    dots: tuple[tuple[float, float], ...]
    """Medians of days without a neighbour."""
    ticks: tuple[Tick, ...]
    days: tuple[DayText, ...]
    marks: ChartMarks
    past: tuple[float, float] | None
    """The top and the height of the band of the median."""
    summary: str


def confidence_fan(
    days: Sequence[WatchedDay], marks: Sequence[MarkGroup], past: PastDays, *, is_today_last: bool
) -> ConfidenceFan | None:
    """Draws the days; None if no answer of them has a score."""
    fans = [day.fan for day in days]
    lowest = min((fan[0] for fan in fans if fan is not None), default=None)
    if lowest is None:
        return None
    band = past.band(lambda day: None if day.fan is None else day.fan[2])
    lowest = min(lowest, band.low) if band else lowest
    bottom = min(0.8, math.floor(lowest / _STEP) * _STEP)
    ticks = round_ticks(bottom, 1.0, most=6)
    places = DayPlaces.of(days, 56.0, 630.0)

    def y(share: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (share - bottom) / (1 - bottom), 1)

    runs = _runs(fans)
    bands = []
    for low, high, look in ((0, 4, "wide"), (1, 3, "half")):
        for run in runs:
            under = [(places.centre(place), y(fan[low])) for place, fan in run]
            above = [(places.centre(place), y(fan[high])) for place, fan in run]
            if len(run) > 1:
                bands.append(FanBand(_points([*under, *reversed(above)]), look))
    medians = [[(places.centre(place), y(fan[2])) for place, fan in run] for run in runs]
    last = runs[-1][-1][1]
    return ConfidenceFan(
        tuple(bands),
        tuple(_points(line) for line in medians if len(line) > 1),
        tuple(line[0] for line in medians if len(line) == 1),
        tuple(Tick(y(tick), text) for tick, text in zip(ticks, tick_texts(ticks), strict=True)),
        places.texts(is_today_last=is_today_last),
        chart_marks(marks, places),
        positions_of(band, y),
        f"Confidence a day over {len(days)} days; at the end the median is {last[2]:.2f}, "
        f"and the lowest twentieth {last[0]:.2f}",
    )


def _runs(fans: Sequence[tuple[float, ...] | None]) -> list[list[tuple[int, tuple[float, ...]]]]:
    """Returns the days with a fan, with their places, in parts without a gap."""
    runs: list[list[tuple[int, tuple[float, ...]]]] = []
    is_open = False
    for place, fan in enumerate(fans):
        if fan is None:
            is_open = False
            continue
        if not is_open:
            runs.append([])
            is_open = True
        runs[-1].append((place, fan))
    return runs


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)
