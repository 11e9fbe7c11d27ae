"""The picture of a figure beside its limit: as full as the limit is used, and an interval where it lies around it."""

from __future__ import annotations

import pytest

from forge.builds.pages.limit_bars import WIDTH, LimitBar, limit_bar
from rune.source.policy import Judgement, LimitKind, LimitResult
from rune.source.policy.judging import Figure
from rune.source.policy.policy import Limit
from tests.support.cases import each_case

MET, MISSED, UNCLEAR = LimitResult.MET, LimitResult.MISSED, LimitResult.UNCLEAR


def judged(kind: LimitKind, bound: float, figure: Figure | None, outcome: LimitResult = MET) -> LimitBar | None:
    return limit_bar(Judgement(Limit(kind, bound), outcome, figure))


@each_case(
    ("value", "outcome", "expected"),
    [
        (500, MET, LimitBar(0, 500, "")),
        (950, MET, LimitBar(0, 950, "warn")),
        (1000, MET, LimitBar(0, WIDTH, "warn")),
        (2000, MISSED, LimitBar(0, WIDTH, "bad", limit=500)),
        (1100, UNCLEAR, LimitBar(0, WIDTH, "warn", limit=909)),
    ],
)
def test_an_upper_limit_is_as_full_as_it_is_used(value: float, outcome: LimitResult, expected: LimitBar) -> None:
    assert judged(LimitKind.SIZE, 1000, Figure.exact(value), outcome) == expected


def test_an_interval_lies_around_the_limit_in_the_middle() -> None:
    bar = judged(LimitKind.ACCURACY, 0.9, Figure(0.95, 0.85, 0.99, 100))
    assert bar is not None
    assert bar.limit == WIDTH // 2
    assert bar.point is not None
    assert 0 <= bar.start < bar.limit < bar.point < bar.end <= WIDTH
    assert bar.colour == "warn"


def test_a_share_that_is_surely_enough_has_no_warning_and_one_below_is_missed() -> None:
    sure = judged(LimitKind.ACCURACY, 0.9, Figure(0.98, 0.95, 0.99, 1000))
    bar = judged(LimitKind.RECALL, 0.9, Figure(0.5, 0.3, 0.7, 20), MISSED)
    assert sure is not None
    assert bar is not None
    assert (sure.colour, bar.colour) == ("", "bad")
    assert bar.end < WIDTH // 2


@pytest.mark.parametrize("bound", [0.0, 5.0])
def test_nothing_is_drawn_without_a_figure_or_beside_a_limit_of_zero(bound: float) -> None:
    figure = Figure.exact(3) if bound == 0 else None
    assert judged(LimitKind.FALSE_ALARMS, bound, figure, LimitResult.UNKNOWN) is None


def test_the_smallest_share_is_seen() -> None:
    bar = judged(LimitKind.SIZE, 1_000_000, Figure.exact(1))
    assert bar is not None
    assert bar.length > 0
