"""The charts of Watch: what they show of days with, without and with few answers, over versions with other bins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forge.telemetry.watch.comparison import fleet_comparison
from forge.telemetry.watch.confidence_fan import confidence_fan
from forge.telemetry.watch.drift_rows import LEAST_ANSWERS, distance, drift_rows
from forge.telemetry.watch.label_mix import label_mix, percent
from forge.telemetry.watch.marks import MarkKind, WatchMark, chart_marks, counted_versions, mark_groups
from forge.telemetry.watch.past import PastDays
from forge.telemetry.watch.places import DayPlaces
from forge.telemetry.watch.run_costs import run_costs
from forge.telemetry.watch.series import CountedPart, WatchedDay, days_of, fan_of
from rune.watch.counts import Counts
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout

FIRST = date(2026, 11, 1)
FEATURE = FeatureBins("audio", 0, Statistic.LEVEL, (1.0, 10.0))
OLD = WatchLayout(LabelBins(("nothing", "knock"), (0, 1)), ConfidenceBins((0.5,)), (FEATURE,))
NEW = WatchLayout(LabelBins(("knock", "nothing", "glass"), (0, 1, 2)), ConfidenceBins((0.25, 0.75)), (FEATURE,))


def old(nothing: int, knock: int, devices: int = 3) -> CountedPart:
    """Returns counts of 1.4, whose answers are all surer than a half."""
    total = nothing + knock
    counts = Counts((nothing, knock), (0, total), ((0, total, 0),), (total, *(0,) * 7), total, total * 2000, 1, 2048)
    return CountedPart("1.4", OLD, devices, counts)


def new(knock: int, nothing: int, glass: int) -> CountedPart:
    """Returns counts of 1.5, whose answers are unsure."""
    total = knock + nothing + glass
    return CountedPart("1.5", NEW, 2, Counts((knock, nothing, glass), (total, 0, 0), ((0, 0, total),), answers=total))


def release(day: int, version: str) -> WatchMark:
    """Returns the mark of a version, so many days after the first."""
    return WatchMark(FIRST + timedelta(days=day), MarkKind.VERSION, f"Release of {version}", "/history", version)


def past_of(parts: list[CountedPart]) -> PastDays:
    """Returns a past of four weeks whose last days have these counts."""
    start, end = FIRST - timedelta(days=28), FIRST - timedelta(days=1)
    by_day = {end - timedelta(days=back): (part,) for back, part in enumerate(parts)}
    return PastDays.of(days_of(by_day, start, end), start, end)


NO_PAST = PastDays((), FIRST - timedelta(days=28), FIRST - timedelta(days=1))


def days(*parts: tuple[CountedPart, ...]) -> tuple[WatchedDay, ...]:
    by_day = {FIRST + timedelta(days=number): some for number, some in enumerate(parts) if some}
    return days_of(by_day, FIRST, FIRST + timedelta(days=len(parts) - 1))


def test_a_day_adds_versions_by_the_names_of_labels() -> None:
    (day,) = days((old(60, 30), new(5, 4, 1)))
    assert day.labels == {"nothing": 64, "knock": 35, "glass": 1}
    assert (day.devices, day.answers, day.labelled) == (5, 100, 100)
    assert (day.share("glass"), day.share("speech")) == (0.01, 0.0)
    assert day.milliseconds == pytest.approx(1.8)
    assert (day.memory, day.restarts) == (2048, 1)


def test_the_fan_is_that_of_all_answers() -> None:
    fan = fan_of([old(45, 45), new(0, 10, 0)])
    assert fan is not None
    assert fan[0] == pytest.approx(0.125)  # the middle of the ten unsure ones, from 0 to 0.25
    assert fan[2] == pytest.approx(0.5 + 0.5 * 40 / 90)
    assert fan_of([]) is None
    assert fan_of([CountedPart("1", WatchLayout(None, None), 1, Counts())]) is None


def test_a_version_that_was_counted_first_has_a_mark_unless_its_release_has_one() -> None:
    parts = {FIRST: (old(1, 1),), FIRST + timedelta(days=2): (old(1, 1), new(1, 1, 1))}
    (mark,) = counted_versions(parts, (), "/history")
    assert (mark.day.day, mark.name, mark.text) == (3, "1.5", "First counts of 1.5")
    assert counted_versions(parts, [release(2, "1.5")], "/history") == ()
    assert counted_versions({}, (), "/history") == ()


def test_marks_of_a_day_and_of_days_too_near_share_a_flag() -> None:
    review = WatchMark(FIRST + timedelta(days=5), MarkKind.REVIEW, "Review 9 approved", "/reviews/9")
    marks = [review, release(5, "1.5"), release(6, "1.6"), release(20, "1.7")]
    first, last = mark_groups(marks, 30)
    assert [mark.text for mark in first.marks] == ["Release of 1.5", "Review 9 approved", "Release of 1.6"]
    assert (first.number, first.dates, first.name) == (1, "6 to 7 Nov", "1.6")
    assert (last.number, last.dates) == (2, "21 Nov")
    # In a week there is room for both.
    assert len(mark_groups(marks[:3], 7)) == 2
    assert mark_groups([], 30) == ()


def test_a_name_beside_a_flag_never_reaches_the_next_one() -> None:
    places = DayPlaces.of(days_of({}, FIRST, FIRST + timedelta(days=29)), 56.0, 630.0)
    groups = mark_groups([release(1, "1.5"), release(3, "1.6-a-long-name"), release(7, "1.7"), release(29, "1.8")], 30)
    marks = chart_marks(groups, places)
    assert [flag.name for flag in marks.flags] == ["", "", "1.7", "1.8"]
    assert [flag.is_left for flag in marks.flags] == [False, False, False, True]
    assert len(marks.lines) == 4
    assert marks.flags[1].title == "4 Nov: Release of 1.6-a-long-name"
    # The line of the first day is on the axis, and a day that is not shown has none.
    assert chart_marks(mark_groups([release(0, "1.5")], 30), places).lines == (56.0,)
    assert chart_marks(mark_groups([release(40, "2")], 30), places).flags == ()


def test_the_past_is_a_band_where_nine_of_ten_days_were() -> None:
    past = past_of([old(100 - number, number) for number in range(20)])
    band = past.band(lambda day: day.share("knock"))
    assert band is not None
    assert band.low == pytest.approx(0.0095)
    assert band.high == pytest.approx(0.1805)
    assert past.sentence == (
        "Grey: where the line was on 9 of 10 days from 4 Oct to 31 Oct, before the days shown (20 days with counts)."
    )
    mix = label_mix(days((old(99, 1),)), (), past, is_today_last=False)
    assert mix is not None
    assert mix.rare is not None
    assert mix.rare.past is not None
    top, height = mix.rare.past
    assert 226 <= top < top + height <= 276
    fan = confidence_fan(days((old(99, 1),)), (), past, is_today_last=False)
    assert fan is not None
    assert fan.past is not None
    costs = run_costs(days((old(99, 1),)), (), past, is_today_last=False)
    assert costs is not None
    assert [line.past is not None for line in costs.lines] == [True, True]


def test_without_two_weeks_of_a_past_there_is_no_band_and_it_says_so() -> None:
    past = past_of([old(99, 1)] * 13)
    assert past.band(lambda day: day.share("knock")) is None
    assert past.sentence == "No band of the past: 13 days from 4 Oct to 31 Oct have counts, and 14 are needed."
    mix = label_mix(days((old(99, 1),)), (), past, is_today_last=False)
    assert mix is not None
    assert mix.rare is not None
    assert mix.rare.past is None
    # Days on which nobody measured the time say nothing of it.
    untimed = past_of([new(1, 1, 1)] * 20)
    assert untimed.is_enough
    assert untimed.band(lambda day: day.milliseconds) is None


def test_bars_fill_their_height_and_empty_days_have_none() -> None:
    some = days((old(90, 10),), (), (old(80, 19), new(0, 0, 1)))
    mix = label_mix(some, mark_groups([release(2, "1.5")], 3), NO_PAST, is_today_last=True)
    assert mix is not None
    assert [item.text for item in mix.legend] == ["nothing", "knock", "glass"]
    assert len(mix.bars) == 2
    assert [bar.is_partial for bar in mix.bars] == [False, True]
    assert mix.bars[0].parts[0].y == pytest.approx(190 - 170 * 0.9)
    assert mix.bars[1].parts[-1].title == "3 Nov: glass 1.0 % of 100"
    assert mix.rare is not None
    assert (mix.rare.text, mix.rare.last_text) == ("glass", "1.0 %")
    assert [(flag.number, flag.name) for flag in mix.marks.flags] == [(1, "1.5")]
    assert [text.text for text in mix.days] == ["1 Nov", "2 Nov", "today"]
    assert "on 3 Nov nothing 80.0 %, knock 19.0 %, glass 1.0 %" in mix.summary


def test_without_answers_there_is_no_chart() -> None:
    empty = days((), ())
    assert label_mix(empty, (), NO_PAST, is_today_last=False) is None
    assert confidence_fan(empty, (), NO_PAST, is_today_last=False) is None
    assert label_mix(days((old(0, 0),)), (), NO_PAST, is_today_last=False) is None


def test_a_frequent_label_is_not_enlarged() -> None:
    mix = label_mix(days((old(50, 50),)), (), NO_PAST, is_today_last=False)
    assert mix is not None
    assert mix.rare is None


def test_the_fan_is_interrupted_where_nothing_was_counted() -> None:
    fan = confidence_fan(days((old(9, 1),), (old(9, 1),), (), (old(9, 1),)), (), NO_PAST, is_today_last=False)
    assert fan is not None
    assert (len(fan.bands), len(fan.medians), len(fan.dots)) == (2, 1, 1)
    assert fan.ticks[0].text == "0.5"
    assert fan.ticks[-1].text == "1.0"
    assert "the median is 0.75" in fan.summary


def test_what_is_compared_has_the_most_devices_first() -> None:
    table = fleet_comparison({"Lab": [new(5, 4, 1)], "Berlin": [old(60, 40, devices=30)], "Hamburg": []})
    assert table.labels == ("nothing", "knock", "glass")
    assert [(row.title, row.labels) for row in table.rows] == [
        ("Berlin", ("60.0 %", "40.0 %", "")),
        ("Lab", ("40.0 %", "50.0 %", "10.0 %")),
        ("Hamburg", ("", "", "")),
    ]
    assert (table.rows[0].median, table.rows[0].milliseconds, table.rows[0].memory) == ("0.75", "2.0 ms", "2.0 MB")


def test_drift_is_the_distance_from_the_test_samples() -> None:
    assert distance((1, 1), (5, 5)) == 0
    assert distance((1, 0), (0, 9)) == 1
    assert distance((1, 2, 1), (0, 0, 9)) == pytest.approx(0.75)
    assert distance((0, 0), (1, 1)) is None
    reference = Counts((1, 1), (0, 2), ((1, 1, 0),), answers=2)
    (row, confidence) = drift_rows([old(LEAST_ANSWERS, 0)], {"1.4": reference})
    assert (row.name, [(dot.version, dot.text) for dot in row.dots]) == ("Audio level", [("1.4", "0.50")])
    assert (confidence.name, confidence.dots[0].text) == ("Confidence", "0.00")


def test_drift_needs_a_reference_in_the_same_bins_and_enough_answers() -> None:
    reference = Counts((1, 1), (0, 2), ((1, 1, 0),), answers=2)
    assert drift_rows([old(LEAST_ANSWERS, 0)], {}) == ()
    assert drift_rows([old(LEAST_ANSWERS - 1, 0)], {"1.4": reference}) == ()
    assert drift_rows([new(LEAST_ANSWERS, 0, 0)], {"1.5": reference}) == ()


@pytest.mark.parametrize(("share", "text"), [(0.615, "61.5 %"), (0.0002, "0.02 %"), (0, "0.0 %"), (1, "100.0 %")])
def test_shares_are_written_for_people(share: float, text: str) -> None:
    assert percent(share) == text
