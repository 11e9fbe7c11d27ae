"""The time of a run and the highest memory, as the page draws them: a line each over the days. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.core.axis_ticks import Tick, round_ticks, tick_texts
from forge.telemetry.watch.marks import ChartMarks, MarkGroup, chart_marks
from forge.telemetry.watch.past import PastBand, PastDays, highest_of, positions_of
from forge.telemetry.watch.places import DayPlaces, DayText
from forge.telemetry.watch.series import WatchedDay

_HEIGHT: Final = 76.0
_TOPS: Final = (20.0, 134.0)


@dataclass(frozen=True)
class CostLine:
    """A line with its axis: `title` names it, `last_text` is the value of the last day, and `past` are the top and the
    height of the band."""

    title: str
    top: float
    points: str
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]
    last_text: str
    past: tuple[float, float] | None


@dataclass(frozen=True)
class RunCosts:
    """The drawing: 640 by 250 units."""

    lines: tuple[CostLine, ...]
    days: tuple[DayText, ...]
    marks: ChartMarks
    restarts: int
    """Restarts on all days."""
    summary: str


def run_costs(
    days: Sequence[WatchedDay], marks: Sequence[MarkGroup], past: PastDays, *, is_today_last: bool
) -> RunCosts | None:
    """Draws the days; None if nobody measured time or memory."""
    places = DayPlaces.of(days, 62.0, 630.0)
    figures = (("Mean time of a run", "ms", _milliseconds), ("Highest memory", "MB", _megabytes))
    lines = [
        line
        for (title, unit, figure), top in zip(figures, _TOPS, strict=True)
        if (line := _line(title, [figure(day) for day in days], unit, top, places, past.band(figure))) is not None
    ]
    if not lines:
        return None
    return RunCosts(
        tuple(lines),
        places.texts(is_today_last=is_today_last),
        chart_marks(marks, places),
        sum(day.restarts for day in days),
        "; ".join(f"{line.title}, at the end {line.last_text}" for line in lines),
    )


def _milliseconds(day: WatchedDay) -> float | None:
    return day.milliseconds


def _megabytes(day: WatchedDay) -> float | None:
    return day.memory / 1024 if day.memory else None


def _line(
    title: str, values: Sequence[float | None], unit: str, top: float, places: DayPlaces, band: PastBand | None
) -> CostLine | None:
    measured_values = [(place, value) for place, value in enumerate(values) if value is not None]
    if not measured_values:
        return None
    highest = highest_of([value for _, value in measured_values], band)
    ticks = round_ticks(0.0, highest * 1.1, most=3)
    # Above the line there is room for the words.
    end = max(ticks[-1], 1.25 * highest)

    def y(value: float) -> float:
        return round(top + _HEIGHT * (1 - value / end), 1)

    points = [(places.centre(place), y(value)) for place, value in measured_values]
    texts = tick_texts(ticks, unit)
    return CostLine(
        title,
        top,
        " ".join(f"{x},{height}" for x, height in points),
        tuple(points) if len(points) == 1 else (),
        tuple(Tick(y(tick), text) for tick, text in zip(ticks, texts, strict=True)),
        f"{measured_values[-1][1]:.1f} {unit}",
        positions_of(band, y),
    )
