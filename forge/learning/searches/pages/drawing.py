"""The picture of a search: accuracy against what a trial needs, with the limits and the best for each size. Pure
functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forge.core.axis_ticks import round_ticks, tick_texts
from forge.learning.searches.boards import boards_of
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.pages.figures import (
    MEASURES,
    amount_of,
    amount_text,
    amount_tick_texts,
    axis_title,
    common_limit,
)
from forge.learning.searches.ranking import best_trials

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT = 52, 624
TOP, BOTTOM = 20, 296
STRIP_TOP, STRIP_BOTTOM = 306, 346
"""The strip where trials are drawn that have no accuracy."""
_LABELLED_POINTS = 8
"""Best trials with their number beside them."""


@dataclass(frozen=True)
class TrialPoint:
    """A trial in the picture. `tone` is `best`, `trained`, `over`, `failed`, `active` or `own`."""

    x: float
    y: float
    tone: str
    number: int
    text: str
    is_named: bool


@dataclass(frozen=True)
class AxisMark:
    """A line of an axis, or a limit, with its text."""

    place: float
    text: str


@dataclass(frozen=True)
class SearchDrawing:
    """The picture. `edge` is the line of the best, as points of a polyline."""

    title: str
    points: Sequence[TrialPoint]
    edge: str
    across: Sequence[AxisMark]
    up: Sequence[AxisMark]
    limit: AxisMark | None
    accuracy_limit: AxisMark | None
    over: int

    @property
    def beyond(self) -> float:
        """The width of the part behind the limit."""
        return 0 if self.limit is None else round(max(0.0, RIGHT - self.limit.place), 1)


def drawing_of(
    search: ModelSearch, trials: Sequence[SearchTrial], measure: str, accuracy_limit: float | None
) -> SearchDrawing:
    """Draws the trials across one of `MEASURES`."""
    boards = boards_of(search)
    amounts = {each.number: amount for each in trials if (amount := amount_of(each, measure, boards)) is not None}
    measured_trials = [each for each in trials if each.number in amounts]
    ended_trials = [each for each in measured_trials if each.state != SearchTrialState.RUNNING]
    active = [each for each in measured_trials if each.state == SearchTrialState.RUNNING]
    limit = common_limit(search, measure, boards)
    near_amounts = [each for each in amounts.values() if limit is None or each <= 3 * limit] or [0, limit or 1]
    low, high = _span([*near_amounts, *([limit] if limit is not None and limit < 4 * max(near_amounts) else [])])
    shares = [each.accuracy[0] for each in ended_trials if each.accuracy] + ([accuracy_limit] if accuracy_limit else [])
    least = _least_share(shares)

    def x(value: float) -> float:
        share = (value - low) / (high - low)
        return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share)), 1)

    def y(share: float) -> float:
        part = (max(least, share) - least) / (1 - least)
        return round(BOTTOM - (BOTTOM - TOP) * part, 1)

    best = best_trials(ended_trials)
    numbers = [each.number for each in best]
    points = [_point(each, amounts[each.number], measure, numbers, x, y) for each in ended_trials]
    points += [
        TrialPoint(
            x(amounts[each.number]),
            y(each.curve[-1]),
            "active",
            each.number,
            f"Trial {each.number} trains",
            is_named=True,
        )
        for each in active
        if each.curve
    ]
    across, up = round_ticks(low, high), _share_ticks(least)
    sorted_points = sorted(points, key=lambda each: (each.tone == "best", each.tone == "own"))
    return SearchDrawing(
        axis_title(measure, boards),
        sorted_points,
        _edge(best, amounts, x, y),
        _marks(across, amount_tick_texts(across, measure), x),
        _marks(up, tick_texts(up, "%", 0.01), y),
        AxisMark(x(limit), f"{MEASURES[measure]} limit {amount_text(limit, measure)}")
        if limit is not None and low < limit <= high
        else None,
        None if accuracy_limit is None else AxisMark(y(accuracy_limit), f"limit {100 * accuracy_limit:g} %"),
        sum(each.state == SearchTrialState.OVER_LIMIT for each in trials),
    )


def _point(
    trial: SearchTrial,
    amount: float,
    measure: str,
    best: Sequence[int],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> TrialPoint:
    place = x(amount)
    text = f"Trial {trial.number}, {amount_text(amount, measure)}"
    if trial.accuracy is None:
        tone = {SearchTrialState.OVER_LIMIT: "over", SearchTrialState.STOPPED: "stopped"}.get(
            SearchTrialState(trial.state), "failed"
        )
        # Beside each other, so that trials of one size can be told apart.
        height = STRIP_TOP + 8 + (trial.number * 7) % (STRIP_BOTTOM - STRIP_TOP - 12)
        return TrialPoint(
            place, height, tone, trial.number, f"{text}: {trial.get_state_display().lower()}", is_named=False
        )
    share = trial.accuracy[0]
    tone = "best" if trial.number in best else "own" if trial.number == 1 else "trained"
    is_named = trial.number in best[:_LABELLED_POINTS] or trial.number == 1
    return TrialPoint(place, y(share), tone, trial.number, f"{text}: {100 * share:.1f} %", is_named)


def _edge(
    best: Sequence[SearchTrial],
    amounts: Mapping[int, float],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> str:
    """The steps along those trials of which none needs less of this measure and is as often right."""
    steps: list[str] = []
    highest = -1.0
    height = float(BOTTOM)
    for share, amount in sorted(
        ((each.accuracy[0], amounts[each.number]) for each in best if each.accuracy),
        key=lambda place: (place[1], -place[0]),
    ):
        if share <= highest:
            continue
        highest = share
        steps += [f"{x(amount)},{height}", f"{x(amount)},{y(highest)}"]
        height = y(highest)
    if steps:
        steps.append(f"{RIGHT},{height}")
    return " ".join(steps)


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = max((high - low) * 0.08, high * 0.02) or 1
    return max(0.0, low - margin), high + margin


def _least_share(shares: Sequence[float]) -> float:
    least = min(shares, default=0.0)
    return min(0.8, math.floor(max(0.0, least - 0.03) * 10) / 10)


def _share_ticks(least: float) -> list[float]:
    step = 0.05 if least >= 0.7 else 0.1 if least >= 0.4 else 0.2
    return [round(least + step * place, 2) for place in range(round((1 - least) / step) + 1)]


def _marks(ticks: Sequence[float], texts: Sequence[str], place: Callable[[float], float]) -> list[AxisMark]:
    return [AxisMark(place(tick), text) for tick, text in zip(ticks, texts, strict=True)]
