"""The time of a run: first what is no alert, then a change of all, of a board and of one device."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rune.assessment.drift.alerts import DayReport, DriftAlert, DriftComparison
from rune.assessment.drift.figures import RUN_TIME, Aspect
from rune.assessment.drift.fleet_days import FleetDays
from rune.assessment.drift.judging import judge_day
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.layout import WatchLayout
from tests.rune.assessment.drift.field import DAYS, LAST, LAYOUT, REFERENCE, batches, field, from_day, with_times

DEVICES = 40
ALL = list(range(DEVICES))


def judged(fleet: FleetDays, layout: WatchLayout = LAYOUT) -> DayReport:
    return judge_day(layout, REFERENCE, fleet, batches(len(fleet.devices)))


def slower(places: list[int], factor: float, day: int = 29, seed: int = 1) -> DayReport:
    random = np.random.default_rng(seed)
    factors = np.exp(from_day(DEVICES, day, places, math.log(factor)))
    return judged(with_times(field(random, DEVICES), random, factors))


def of(report: DayReport, comparison: DriftComparison) -> list[DriftAlert]:
    return [alert for alert in report.alerts if alert.comparison is comparison]


def test_unchanged_times_with_runs_that_stall_are_no_alert() -> None:
    for seed in range(6):
        assert slower(ALL, 1.0, seed=seed).alerts == ()


def test_a_slow_day_and_a_change_of_a_twentieth_are_no_alert() -> None:
    assert slower(ALL, 3.0, day=LAST).alerts == ()
    assert slower(ALL, 1.05).alerts == ()


def test_a_batch_that_always_was_slower_is_no_alert_since_boards_differ() -> None:
    assert slower(ALL[1::4], 8.0, day=0).alerts == ()


def test_a_longer_run_of_all_devices_is_named_with_its_factor() -> None:
    report = slower(ALL, 1.3)
    (alert,) = of(report, DriftComparison.FLEET)
    assert {each.figure.feature for each in report.alerts} == {RUN_TIME}
    assert (alert.figure.aspect, alert.carrier) == (Aspect.DURATION, None)
    assert alert.effect.low < math.log(1.3) < alert.effect.high
    assert alert.effect.value == pytest.approx(math.log(1.3), abs=0.1)
    assert alert.since in (28, 29, 30)


def test_a_batch_that_became_quicker_is_named() -> None:
    (alert,) = of(slower(ALL[1::4], 0.6), DriftComparison.GROUP_CHANGE)[:1]
    assert alert.group in {("batch", "A"), ("batch", "B")}
    assert alert.carrier is not None
    assert (alert.carrier.attribute, alert.carrier.value) == ("batch", "B")


def test_one_slow_device_is_named_and_no_other() -> None:
    report = slower([17], 2.0, seed=4)
    assert {(alert.comparison, alert.device) for alert in report.alerts} == {(DriftComparison.DEVICE, "device-17")}


def test_a_device_that_measures_no_time_is_judged_by_its_answers() -> None:
    random = np.random.default_rng(5)
    fleet = with_times(field(random, DEVICES, from_day(DEVICES, 31, ALL, 0.5)), random)
    assert fleet.run_times is not None
    fleet.run_times[:30] = 0
    report = judged(fleet)
    assert report.judged_devices == DEVICES
    assert {alert.figure.feature for alert in report.alerts} == {"audio level"}


def test_a_rune_that_counts_nothing_is_judged_by_its_time_alone() -> None:
    random = np.random.default_rng(6)
    timed = with_times(field(random, DEVICES), random, np.exp(from_day(DEVICES, 29, ALL, math.log(1.5))))
    nothing = WatchLayout(None, None)
    report = judged(replace(timed, counts=timed.counts[..., :0]), nothing)
    assert {alert.figure.feature for alert in report.alerts} == {RUN_TIME}
    assert judged(replace(timed, counts=timed.counts[..., :0], run_times=None), nothing).alerts == ()


def test_the_budget_of_the_answers_and_of_the_time_is_one() -> None:
    report = slower(ALL, 2.0)
    alphas = {alert.alpha for alert in of(report, DriftComparison.FLEET)}
    # A quarter: labels, confidence and the level have the other three.
    assert list(alphas) == [pytest.approx(0.01 / 30 * 0.25 / 2 / 4)]


def test_times_are_read_from_counts() -> None:
    counts = replace(Counts.empty(LAYOUT), time=(0, 3, 1, 0, 0, 0, 0, 0), microseconds=18_000)
    assert FleetDays.empty(LAYOUT, ["a"], LAST, DAYS).measured_times is None
    fleet = FleetDays.empty(LAYOUT, ["a"], LAST, DAYS)
    fleet.put(LAYOUT, [0], [LAST], [encode(counts)])
    assert fleet.measured_times is not None
    assert fleet.measured_times[0, -1].tolist() == [*counts.time, 0.018]
    assert fleet.until(LAST - 1, 5).days.tolist() == [30, 31, 32, 33, 34]
