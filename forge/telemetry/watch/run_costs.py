"""The time of a run and the highest memory, as the page draws them: a line each over the days. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.core.axis_ticks import Tick, round_ticks, tick_texts
from forge.telemetry.watch.label_mix import MarkLine, mark_lines
from forge.telemetry.watch.places import DayPlaces, DayText
from forge.telemetry.watch.series import VersionMark, WatchedDay

_HEIGHT: Final = 76.0
_TOPS: Final = (20.0, 134.0)


@dataclass(frozen=True)
class CostLine:
    """A line with its axis: `title` names it, `last_text` is the value of the last day."""

    title: str
    top: float
    points: str
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]
    last_text: str


@dataclass(frozen=True)
class RunCosts:
    """The drawing: 640 by 250 units."""

    lines: tuple[CostLine, ...]
    days: tuple[DayText, ...]
    marks: tuple[MarkLine, ...]
    restarts: int
    """Restarts on all days."""
    summary: str


def run_costs(days: Sequence[WatchedDay], marks: Sequence[VersionMark], *, is_today_last: bool) -> RunCosts | None:
    """Draws the days; None if nobody measured time or memory."""
    places = DayPlaces.of(days, 62.0, 630.0)
    times = [day.milliseconds for day in days]
    memory = [day.memory / 1024 if day.memory else None for day in days]
    lines = [
        line
        for line in (
            _line("Mean time of a run", times, "ms", _TOPS[0], places),
            _line("Highest memory", memory, "MB", _TOPS[1], places),
        )
        if line is not None
    ]
    if not lines:
        return None
    return RunCosts(
        tuple(lines),
        places.texts(is_today_last=is_today_last),
        mark_lines(marks, places),
        sum(day.restarts for day in days),
        "; ".join(f"{line.title}, at the end {line.last_text}" for line in lines),
    )


def _line(title: str, values: Sequence[float | None], unit: str, top: float, places: DayPlaces) -> CostLine | None:
    measured_values = [(place, value) for place, value in enumerate(values) if value is not None]
    if not measured_values:
        return None
    highest = max(value for _, value in measured_values)
    ticks = round_ticks(0.0, highest * 1.1, most=3)
    end = max(ticks[-1], highest)

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
    )
