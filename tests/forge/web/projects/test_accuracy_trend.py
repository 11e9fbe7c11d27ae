"""The picture of a project's accuracy: words that would lie over each other are left out."""

from __future__ import annotations

from itertools import pairwise

from forge.web.projects.accuracy_trend import TAG, WORD, MeasuredBuild, trend_of


def measured(*tags: str) -> list[MeasuredBuild]:
    return [MeasuredBuild(place, 0.9, 0.85, 0.95, tag) for place, tag in enumerate(tags, 1)]


def test_one_build_is_no_trend() -> None:
    assert trend_of(measured("1.0"), None) is None


def test_versions_stand_below_their_builds_and_never_over_each_other() -> None:
    few = trend_of(measured("1.0", "", "1.1"), None)
    assert few is not None
    assert [point.tag for point in few.points] == ["1.0", "", "1.1"]
    many = trend_of(measured(*(f"1.{place}" for place in range(10))), None)
    assert many is not None
    places = [point.x for point in many.points if point.tag]
    assert many.points[-1].tag == "1.9"
    assert all(later - earlier >= TAG for earlier, later in pairwise(places))


def test_the_limit_is_named_and_takes_the_place_of_a_word_of_the_grid() -> None:
    trend = trend_of(measured("", ""), 0.9)
    assert trend is not None
    assert trend.limit is not None
    assert trend.limit.words == "90 %"
    lines = [line for line in trend.grid if line.words]
    assert len(lines) == len(trend.grid) - 1
    assert all(abs(line.y - trend.limit.y) >= WORD for line in lines)


def test_the_grid_stands_at_round_shares() -> None:
    def grid(low: float, high: float) -> list[str]:
        trend = trend_of([MeasuredBuild(1, low, low, high), MeasuredBuild(2, high, low, high)], None)
        assert trend is not None
        return [line.words for line in trend.grid]

    assert grid(0.998, 0.999) == ["98 %", "99 %", "100 %"]
    assert grid(0.85, 0.95) == ["85 %", "90 %", "95 %"]
    assert grid(0.2, 0.9) == ["20 %", "40 %", "60 %", "80 %"]
