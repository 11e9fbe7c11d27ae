"""The figure of a guard from look to look as a drawing of 400 by 150 units: new, old and the limit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forge.core.axis_ticks import Tick, round_ticks, tick_texts
from forge.rollouts.sentences import value_text
from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import GuardResult

_LEFT, _RIGHT = 52.0, 388.0
_TOP, _BOTTOM = 10.0, 118.0
_UNITS: Final[dict[GuardKind, tuple[str, float]]] = {
    GuardKind.TIME: ("ms", 1000.0),
    GuardKind.MEMORY: ("MiB", 1024.0),
    GuardKind.RESTARTS: ("", 1.0),
    GuardKind.DRIFT: ("", 1.0),
    GuardKind.SELF_TEST: ("", 1.0),
}
_SHARE: Final = ("%", 0.01)
_RATIOS: Final = frozenset({GuardKind.TIME, GuardKind.MEMORY})


@dataclass(frozen=True)
class HourText:
    """An hour below the axis."""

    x: float
    text: str
    anchor: Literal["start", "end"]


@dataclass(frozen=True)
class FigureChart:
    """The drawing; `new` and `old` are the points of lines. A line of one point has none."""

    ticks: tuple[Tick, ...]
    new: str
    old: str
    last: tuple[float, float]
    """The place of the newest value."""
    limit: float
    limit_text: str
    limit_below: bool
    """Whether the text of the limit is below its line: where less is what the guard looks for."""
    hours: tuple[HourText, ...]
    summary: str


@dataclass(frozen=True)
class FigureAtHour:
    """The result of a guard at a look, so many hours after the devices of the stage ran the release."""

    hour: int
    result: GuardResult


def figure_chart(looks: Sequence[FigureAtHour]) -> FigureChart | None:
    """Draws the figures of one guard, the oldest first; None of fewer than two looks that have a figure."""
    points = [each for each in looks if each.result.new is not None]
    if len(points) < 2:
        return None
    kind, last = points[-1].result.kind, points[-1].result
    limit = limit_value(last)
    figures = [value for each in points for value in (each.result.new, each.result.old) if value is not None]
    low, high = min(0.0, *figures, limit), max(*figures, limit)
    ticks = round_ticks(low, high * 1.1 or 1.0, most=5)
    top = max(ticks[-1], high)
    first_hour, last_hour = points[0].hour, points[-1].hour

    def x(hour: int) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (hour - first_hour) / max(1, last_hour - first_hour), 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (value - low) / ((top - low) or 1.0), 1)

    def line(values: Sequence[tuple[int, float | None]]) -> str:
        return " ".join(f"{x(hour)},{y(value)}" for hour, value in values if value is not None)

    unit, divisor = _UNITS.get(kind, _SHARE)
    texts = tick_texts(ticks, unit, divisor)
    limit_words = f"limit {value_text(kind, limit)}"
    return FigureChart(
        tuple(Tick(y(tick), text) for tick, text in zip(ticks, texts, strict=True)),
        line([(each.hour, each.result.new) for each in points]),
        line([(each.hour, each.result.old) for each in points]),
        (x(last_hour), y(last.new or 0.0)),
        y(limit),
        limit_words,
        last.old is not None and limit < last.old,
        (HourText(_LEFT, f"hour {first_hour}", "start"), HourText(_RIGHT, f"hour {last_hour}", "end")),
        _summary(points, limit_words),
    )


def limit_value(result: GuardResult) -> float:
    """Returns the value of the figure at its limit, on the side on which it differs."""
    difference, old = result.difference, result.old
    if difference is None or old is None:
        return result.limit
    side = -1.0 if difference.value < 0 else 1.0
    return old * (1 + side * result.limit) if result.kind in _RATIOS else old + side * result.limit


def _summary(points: Sequence[FigureAtHour], limit_words: str) -> str:
    first, last = points[0], points[-1]
    kind = last.result.kind
    words = ", ".join(f"{value_text(kind, each.result.new)} at hour {each.hour}" for each in (first, last))
    before = value_text(kind, last.result.old)
    return f"New release: {words}; {f'former release: {before}; ' if before else ''}{limit_words}"
