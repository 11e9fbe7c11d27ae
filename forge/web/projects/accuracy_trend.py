"""The accuracy of the last builds of a project as a picture: each with its range, and the limit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forge.core.axis_ticks import round_ticks, tick_texts

WIDTH, HEIGHT = 320, 196
"""The width and height of the picture, in units of its own."""
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 42
"""Room around the plot, for the words on its axes."""
LINES = 4
"""Lines of the grid, at most."""
TAG = 38
"""Width of a version below the axis: of two builds that are nearer only the newer one has it."""
WORD = 13
"""Height of a word on the axis: of two that are nearer one is left out."""


@dataclass(frozen=True)
class MeasuredBuild:
    """The results of a build's test samples, as shares from 0 to 1."""

    number: int
    accuracy: float
    low: float
    high: float
    tag: str = ""


@dataclass(frozen=True)
class Point:
    """A build in the picture: where its range begins and ends, and where it stands itself."""

    x: float
    y: float
    top: float
    bottom: float
    number: int
    tag: str
    is_last: bool


@dataclass(frozen=True)
class TrendMark:
    """A line across the plot, with its word."""

    y: float
    words: str


@dataclass(frozen=True)
class Trend:
    """The picture, and what it says to those who listen."""

    points: tuple[Point, ...]
    path: str
    grid: tuple[TrendMark, ...]
    limit: TrendMark | None
    words: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    below: int = HEIGHT - BOTTOM + 18
    tags: int = HEIGHT - BOTTOM + 34


def trend_of(builds: Sequence[MeasuredBuild], limit: float | None) -> Trend | None:
    """The picture of builds, the oldest first; None of fewer than two, which are no trend."""
    if len(builds) < 2:
        return None
    bounds = [each.low for each in builds] + [each.high for each in builds] + ([] if limit is None else [limit])
    low, high = max(0.0, min(bounds) - 0.02), min(1.0, max(bounds) + 0.02)
    plot = HEIGHT - TOP - BOTTOM

    def y(share: float) -> float:
        return round(TOP + plot * (high - share) / max(high - low, 1e-9), 1)

    step = (WIDTH - LEFT - RIGHT - 20) / (len(builds) - 1)
    points = tuple(
        Point(
            round(LEFT + 10 + step * place, 1),
            y(each.accuracy),
            y(each.high),
            y(each.low),
            each.number,
            each.tag,
            place == len(builds) - 1,
        )
        for place, each in enumerate(builds)
    )
    shares = round_ticks(low, high, LINES)
    grid = tuple(TrendMark(y(share), text) for share, text in zip(shares, tick_texts(shares, "%", 0.01), strict=True))
    mark = None if limit is None else TrendMark(y(limit), f"{limit * 100:.0f} %")
    first, last = builds[0], builds[-1]
    return Trend(
        points=_with_room(points),
        path=" ".join(f"{point.x},{point.y}" for point in points),
        grid=grid
        if mark is None
        else tuple(replace(each, words="") if _is_near(each, mark) else each for each in grid),
        limit=mark,
        words=(
            f"Accuracy from build {first.number}, {first.accuracy * 100:.1f} %,"
            f" to build {last.number}, {last.accuracy * 100:.1f} %"
        ),
    )


def _is_near(one: TrendMark, other: TrendMark) -> bool:
    return abs(one.y - other.y) < WORD


def _with_room(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points without the versions that would lie over one of a newer build."""
    spaced_points: list[Point] = []
    left = float("inf")
    for point in reversed(points):
        has_room = point.x <= left - TAG
        left = point.x if point.tag and has_room else left
        spaced_points.insert(0, point if has_room else replace(point, tag=""))
    return tuple(spaced_points)
