"""A day of a fleet: first what must not be flagged, then what is found, by which comparison, since when and on what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.assessment.drift.alerts import DayReport, DriftComparison
from rune.assessment.drift.documents import bins_of_documents
from rune.assessment.drift.figures import Aspect
from rune.assessment.drift.fleet_days import FleetDays, bins_of
from rune.assessment.drift.judging import judge_day
from rune.statistics.attribution import Carrier
from rune.statistics.not_judged import TooFew
from rune.watch.counts import LARGEST, Counts
from rune.watch.encoding import BadCounts, decode, encode
from rune.watch.layout import ConfidenceBins, FeatureBins, Statistic, WatchLayout
from tests.rune.assessment.drift.field import DAYS, EDGES, LAST, LAYOUT, REFERENCE, batches, field, from_day
from tests.support.properties import examples

DEVICES = 40
LEVEL = "audio level"


def judged(fleet: FleetDays, reference: Counts | None = REFERENCE) -> DayReport:
    return judge_day(LAYOUT, reference, fleet, batches(len(fleet.devices)))


def comparisons(report: DayReport) -> set[DriftComparison]:
    return {alert.comparison for alert in report.alerts}


def test_unchanged_fields_with_weekends_and_missing_days_have_no_alert() -> None:
    random = np.random.default_rng(1)
    reports = [judged(field(random, devices)) for devices in (1, 3, 6, 12, 40, 40, 40, 150)]
    assert [report.alerts for report in reports] == [()] * 8
    assert [report.judged_devices for report in reports] == [1, 3, 6, 12, 40, 40, 40, 150]


def test_one_loud_day_of_all_devices_or_of_one_is_no_drift() -> None:
    random = np.random.default_rng(2)
    assert judged(field(random, DEVICES, from_day(DEVICES, LAST, list(range(DEVICES)), 1.0))).alerts == ()
    assert judged(field(random, DEVICES, from_day(DEVICES, LAST, [3], 3.0))).alerts == ()


def test_a_shift_of_all_devices_is_one_of_the_fleet_and_of_no_batch() -> None:
    report = judged(field(np.random.default_rng(3), DEVICES, from_day(DEVICES, 31, list(range(DEVICES)), 0.5)))
    assert comparisons(report) == {DriftComparison.FLEET}
    alert = report.alerts[0]
    assert (alert.figure.feature, alert.figure.aspect, alert.carrier) == (LEVEL, Aspect.LOCATION, None)
    assert alert.effect.low < 0.5 < alert.effect.high
    assert alert.effect.p <= alert.alpha
    assert alert.since in (30, 31, 32)


def test_a_batch_that_changes_is_named() -> None:
    batch = np.arange(DEVICES)[1::4]
    report = judged(field(np.random.default_rng(4), DEVICES, from_day(DEVICES, 30, batch, 1.5)))
    changes = [alert for alert in report.alerts if alert.comparison is DriftComparison.GROUP_CHANGE]
    assert {alert.group for alert in changes} >= {("batch", "B")}
    assert all(alert.group and alert.group[0] == "batch" for alert in changes)
    assert len({(alert.comparison, alert.figure, alert.group, alert.device) for alert in report.alerts}) == len(
        report.alerts
    )
    for alert in report.alerts:
        if alert.comparison is DriftComparison.GROUP:
            continue
        assert isinstance(alert.carrier, Carrier)
        assert (alert.carrier.attribute, alert.carrier.value) == ("batch", "B")
        assert alert.carrier.share == pytest.approx(1, abs=0.15)


def test_a_batch_that_was_silent_for_a_day_is_named_all_the_same() -> None:
    batch = np.arange(DEVICES)[1::4]
    fleet = field(np.random.default_rng(4), DEVICES, from_day(DEVICES, 33, batch, 1.5))
    fleet.counts[batch, 30] = 0
    assert ("batch", "B") in {alert.group for alert in judged(fleet).alerts}


def test_one_device_that_changes_is_named_and_the_fleet_is_not() -> None:
    report = judged(field(np.random.default_rng(5), DEVICES, from_day(DEVICES, 28, [17], -1.2)))
    assert {(alert.comparison, alert.device) for alert in report.alerts} == {(DriftComparison.DEVICE, "device-17")}
    assert report.alerts[0].effect.value < -0.8


def test_a_batch_that_always_was_louder_stands_out_on_the_day_of_the_week_for_it() -> None:
    batch = np.arange(DEVICES)[1::4]
    fleet = field(np.random.default_rng(6), DEVICES, from_day(DEVICES, 0, batch, 1.0))
    report = judged(fleet)
    assert {(alert.comparison, alert.group, alert.since) for alert in report.alerts} == {
        (DriftComparison.GROUP, ("batch", "A"), 0),
        (DriftComparison.GROUP, ("batch", "B"), 0),
    }
    assert judged(replace(fleet, last_day=LAST + 1)).alerts == ()


def test_a_field_that_is_not_as_the_tests_is_said_to_be_so() -> None:
    """The level is off by more than the tolerance, and what devices make of the labels is within it."""
    report = judged(field(np.random.default_rng(7), DEVICES, 0.8))
    assert {(alert.comparison, alert.figure.feature) for alert in report.alerts} == {(DriftComparison.TESTS, LEVEL)}


def test_without_a_reference_nothing_is_compared_with_tests_and_changes_are_found_all_the_same() -> None:
    fleet = field(np.random.default_rng(8), DEVICES, from_day(DEVICES, 31, list(range(DEVICES)), 0.5))
    for reference in (None, Counts((10, 5, 5), (5,) * 16, ((5,) * 16,))):
        report = judged(fleet, reference)
        assert comparisons(report) == {DriftComparison.FLEET}
        assert TooFew.REFERENCE_WINDOWS in {each.reason.lack for each in report.skipped}


def test_what_is_not_judged_is_said_with_its_reason() -> None:
    random = np.random.default_rng(9)
    short = judged(field(random, DEVICES, days=20))
    assert [(each.comparison, each.reason.lack) for each in short.skipped][:1] == [
        (DriftComparison.FLEET, TooFew.PAST_DAYS)
    ]
    few = judged(field(random, 3))
    assert TooFew.DEVICES in {each.reason.lack for each in few.skipped}
    fleet = field(random, DEVICES)
    fleet.counts[:2, 28:] = 0
    fleet.counts[2, :20] = 0
    fleet.counts[3] = np.floor(fleet.counts[3] / 12)
    report = judged(fleet)
    assert report.judged_devices == DEVICES - 4
    reasons = {each.reason.lack: each.devices for each in report.skipped if each.comparison is DriftComparison.DEVICE}
    assert reasons[TooFew.WINDOWS] == 2
    assert reasons[TooFew.PAST_DAYS] == 2


def test_a_day_without_any_report_is_left_out() -> None:
    fleet = field(np.random.default_rng(10), DEVICES)
    fleet.counts[:, 20] = 0
    assert judged(fleet).alerts == ()
    fleet.counts[:, LAST] = 0
    report = judged(fleet)
    assert report.alerts == ()
    assert {each.reason.lack for each in report.skipped} & {TooFew.RECENT_DAYS, TooFew.PAST_DAYS}


def test_a_rune_without_a_classifier_is_judged_by_its_features() -> None:
    layout = WatchLayout(None, None, (FeatureBins("audio", 0, Statistic.MEAN, tuple(EDGES)),))
    changed = field(np.random.default_rng(11), DEVICES, from_day(DEVICES, 31, list(range(DEVICES)), 0.5))
    report = judge_day(layout, None, replace(changed, counts=changed.counts[..., -16:]), {})
    assert {alert.figure.feature for alert in report.alerts} == {"audio mean"}
    two = WatchLayout(LAYOUT.labels, ConfidenceBins(tuple(EDGES)), ())
    assert judge_day(two, None, replace(changed, counts=changed.counts[..., :-16]), {}).alerts == ()


def test_the_days_of_devices_are_read_from_their_counts() -> None:
    counts = Counts((1, 2, 3), tuple(range(16)), (tuple(range(16, 32)),))
    fleet = FleetDays.empty(LAYOUT, ("a", "b"), LAST, DAYS)
    fleet.put(LAYOUT, [0, 0], [LAST, LAST - DAYS], [encode(counts)] * 2)
    fleet.put(LAYOUT, [1], [LAST - 1], [encode(counts)])
    assert fleet.days[-1] == LAST
    assert fleet.counts[0, -1].tolist() == list(bins_of(counts))
    assert fleet.counts[1, -2].sum() == fleet.counts.sum() / 2
    with pytest.raises(BadCounts):
        fleet.put(LAYOUT, [0], [LAST], [encode(counts)[1:]])


GROUP = st.integers(0, 2**32 - 1)


@examples(100)
@given(st.lists(st.tuples(*(st.lists(GROUP, min_size=n, max_size=n) for n in LAYOUT.sizes)), min_size=1, max_size=4))
def test_bins_of_many_documents_are_those_of_each(groups: list[tuple[list[int], ...]]) -> None:
    data = [encode(Counts(tuple(each[0]), tuple(each[1]), (tuple(each[2]),), answers=5)) for each in groups]
    expected = [[min(count, LARGEST) for count in bins_of(decode(each, LAYOUT))] for each in data]
    assert bins_of_documents(data, LAYOUT).tolist() == expected


def test_counts_of_4_bytes_are_judged_as_those_of_8() -> None:
    fleet = field(np.random.default_rng(4), 40, from_day(40, DAYS - 3, [0, 1, 2, 3], 2.0))
    report = judged(fleet)
    assert report.alerts
    assert judged(replace(fleet, counts=fleet.counts.astype(np.float64))) == report


@pytest.mark.slow
def test_of_a_hundred_unchanged_months_at_most_four_have_an_alert() -> None:
    """The largest number that chance explains: one is expected, and more than four come once in 300 times."""
    alerts = 0
    for number in range(100):
        fleet = field(np.random.default_rng([12, number]), 30, days=DAYS + 29)
        months = (FleetDays(fleet.devices, DAYS - 1 + day, fleet.counts[:, day : day + DAYS]) for day in range(30))
        alerts += any(judged(month).alerts for month in months)
    assert alerts <= 4
