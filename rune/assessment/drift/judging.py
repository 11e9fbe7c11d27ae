"""Judges a day of a fleet: from the reference, the days of counts of each device and its attributes to alerts.

Alerts keep to an error budget of a month: of unchanged months, one in a hundred has an alert. Every test is by device
or by day; no windows of several devices are added for a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rune.assessment.drift.alerts import (
    DayReport,
    DriftAlert,
    DriftComparison,
    DriftSettings,
    SkippedComparison,
)
from rune.assessment.drift.figures import (
    Array,
    DriftFigure,
    FigureDays,
    duration_days,
    feature_count,
    figure_days,
    units_of,
)
from rune.assessment.drift.fleet_days import FleetDays, Places, bins_of
from rune.assessment.drift.own_change import (
    COMMON_DAYS_FROM,
    OwnChanges,
    WindowChange,
    day_means,
    first_day,
    rank_p_values,
)
from rune.statistics.attribution import AttributeGroups, Attributes, Carrier, carrier_of, groups_of
from rune.statistics.by_device import EffectEstimate, difference_of_groups, effect_of
from rune.statistics.distributions import student_tail
from rune.statistics.not_judged import MIN_DEVICES, MIN_PAST_DAYS, MIN_WINDOWS, NotJudged, TooFew
from rune.statistics.own_past import WEEK, Timeline
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout

DEFAULTS: Final = DriftSettings()


def judge_day(
    layout: WatchLayout,
    reference: Counts | None,
    fleet: FleetDays,
    attributes: Mapping[str, Attributes],
    settings: DriftSettings = DEFAULTS,
) -> DayReport:
    """Returns the alerts of the last day of a fleet.

    `reference` are the counts of the test samples; without it, or with fewer than 300 windows, nothing is compared with
    tests, and standard deviations are those of the fleet's past. `fleet` has `settings.day_count` days (with fewer, a
    shorter past, of two weeks at least). `attributes` are by device. The same alert comes each day that a change lasts
    within the windows; the caller remembers which ones people know.

    The time of a run, where it was measured, is compared with each device's past alone: test samples have none, and one
    board is faster than another. A day without it is a day of answers all the same.
    """
    groups = groups_of([attributes.get(device, {}) for device in fleet.devices])
    run_times = fleet.measured_times
    answers, times = feature_count(layout), 0 if run_times is None else 1
    alerts: list[DriftAlert] = []
    days: list[_Day] = []
    if answers:
        own_past = fleet.counts[:, : -settings.windows[-1]].sum(axis=(0, 1), dtype=np.float64)
        tests = _TestSamples.of(layout, reference)
        share = answers / (answers + times)
        data = figure_days(layout, own_past if tests is None else tests.counts, fleet.counts, share)
        day = _Day(data, fleet, groups, settings)
        alerts += _shortest(day.changes())
        if fleet.last_day % settings.standing_days == 0:
            alerts += [*day.groups(), *day.tests(tests, _windows_of(layout, reference))]
        days.append(day)
    if run_times is not None:
        day = _Day(duration_days(run_times, 1 / (answers + times)), fleet, groups, settings)
        alerts += _shortest(day.changes())
        days.append(day)
    alerts.sort(key=lambda alert: alert.effect.p)
    judged_devices = max((each.judged_devices for each in days), default=0)
    return DayReport(tuple(alerts), judged_devices, tuple(days[0].skipped) if days else ())


@dataclass(frozen=True)
class _TestSamples:
    """The counts of enough test samples, [bins], their figures, and how many windows they have."""

    counts: Array
    figures: Array
    windows: float

    @staticmethod
    def of(layout: WatchLayout, reference: Counts | None) -> _TestSamples | None:
        """Returns the reference of a build; None without one, or with fewer than 300 windows."""
        windows = _windows_of(layout, reference)
        if reference is None or windows < MIN_WINDOWS:
            return None
        counts = np.asarray(bins_of(reference), np.float64)
        return _TestSamples(counts, figure_days(layout, counts, counts[None, None]).values[0, 0], windows)


class _Day:
    """The figures of one judgement, and what it skipped so far."""

    def __init__(self, data: FigureDays, fleet: FleetDays, groups: AttributeGroups, settings: DriftSettings):
        self._data, self._fleet, self._groups, self._settings = data, fleet, groups, settings
        # Looks of a month at what stands, so that they spend no more than looks of each day.
        looks = -(-settings.budget.days // settings.standing_days)
        self._standing_share = settings.budget.days / looks
        self._weights = np.array([figure.weight for figure in self._data.figures])
        self._least = np.array([settings.least[figure.aspect] for figure in self._data.figures])
        self._is_there = np.asarray(np.isfinite(self._data.values).all(axis=2))
        self.judged_devices = 0
        self.skipped: list[SkippedComparison] = []

    def changes(self) -> Iterator[DriftAlert]:
        """Compares devices with their own past, in each window of days."""
        longest = self._settings.windows[-1]
        past_days = min(self._settings.past_days, self._fleet.counts.shape[1] - longest) // WEEK * WEEK
        if past_days < MIN_PAST_DAYS:
            reason = NotJudged(TooFew.PAST_DAYS, max(past_days, 0), MIN_PAST_DAYS)
            self._skip(DriftComparison.FLEET, reason, devices=len(self._fleet.devices))
            return
        for window in self._settings.windows:
            timeline = Timeline.of(self._fleet.days, past_days, window, longest - window)
            places = self._with_past(timeline, is_last=window == longest)
            self.judged_devices = max(self.judged_devices, len(places))
            if len(places):
                yield from self._window(timeline, places)

    def _window(self, timeline: Timeline, places: Places) -> Iterator[DriftAlert]:
        values = np.where(self._is_there[places][..., None], self._data.values[places], np.nan)
        is_seen = np.asarray(self._is_there[places].any(axis=0))
        past = timeline.past[is_seen[timeline.past]]
        timeline = Timeline(timeline.weekdays, past, timeline.recent)
        has_weeks = np.bincount(timeline.weekdays[past], minlength=WEEK).min() >= MIN_PAST_DAYS // WEEK
        if not has_weeks or not is_seen[timeline.recent].all():
            lack = NotJudged(TooFew.PAST_DAYS, len(past), MIN_PAST_DAYS)
            self._skip(DriftComparison.FLEET, lack, devices=len(places))
            return
        # Days before the past are read by nothing.
        values[:, : past[0]] = 0.0
        values[:, ~is_seen] = 0.0
        own = OwnChanges.of(values, timeline)
        groups = self._groups.of_devices(places)
        alerts = list(self._of_devices(own, places))
        if len(places) >= MIN_DEVICES:
            alerts += [*self._of_fleet(own), *self._of_groups(own, groups)]
        else:
            self._skip(DriftComparison.FLEET, NotJudged(TooFew.DEVICES, len(places), MIN_DEVICES), devices=len(places))
        carriers: dict[DriftFigure, Carrier | None] = {}
        for alert in alerts:
            if alert.figure not in carriers:
                carrier = carrier_of(own.shifts[:, self._data.figures.index(alert.figure)], groups)
                carriers[alert.figure] = None if isinstance(carrier, NotJudged) else carrier
            yield replace(alert, carrier=carriers[alert.figure])

    def _of_fleet(self, own: OwnChanges) -> Iterator[DriftAlert]:
        change = own.of_fleet()
        alpha = self._alphas(DriftComparison.FLEET, len(self._settings.windows))
        units = units_of(self._data.figures, own.past_means.mean(axis=0))
        for row, figure in self._significant(change, alpha, units):
            effect = change.effect(row, figure, len(own.shifts), float(units[figure]))
            series = day_means(own.days[:, :, figure])
            yield self._alert(DriftComparison.FLEET, own.timeline, figure, effect, alpha, series)

    def _of_groups(self, own: OwnChanges, all_groups: AttributeGroups) -> Iterator[DriftAlert]:
        groups = all_groups.of_size(MIN_DEVICES)
        if not groups.names or len(own.shifts) < COMMON_DAYS_FROM:
            return
        change = own.of_groups(groups)
        alpha = self._alphas(DriftComparison.GROUP_CHANGE, len(self._settings.windows) * len(groups.names))
        units = units_of(self._data.figures, own.past_means.mean(axis=0))
        for row, figure in self._significant(change, alpha, units):
            members = groups.members[row]
            effect = change.effect(row, figure, int(members.sum()), float(units[figure]))
            series = day_means(own.apart[members][:, :, figure])
            alert = self._alert(DriftComparison.GROUP_CHANGE, own.timeline, figure, effect, alpha, series)
            yield replace(alert, group=groups.names[row])

    def _of_devices(self, own: OwnChanges, places: Places) -> Iterator[DriftAlert]:
        alpha = self._alphas(DriftComparison.DEVICE, len(self._settings.windows) * len(places))
        change = own.of_devices(float(alpha.max()))
        units = units_of(self._data.figures, own.past_means)
        for row, figure in self._significant(change, alpha, units):
            effect = change.effect(row, figure, 1, float(units[row, figure]))
            alert = self._alert(DriftComparison.DEVICE, own.timeline, figure, effect, alpha, own.apart[row, :, figure])
            yield replace(alert, device=self._fleet.devices[int(places[row])])

    def _alert(
        self,
        comparison: DriftComparison,
        timeline: Timeline,
        figure: int,
        effect: EffectEstimate,
        alpha: Array,
        series: Array,
    ) -> DriftAlert:
        """Returns an alert of a change, which began on the day that fits its series of days best."""
        longest = self._settings.windows[-1]
        place = first_day(series[-longest:], float(np.sign(effect.value)))
        since = self._fleet.last_day - longest + 1 + place
        days = len(timeline.recent)
        return DriftAlert(comparison, self._data.figures[figure], effect, float(alpha[figure]), days, since)

    def groups(self) -> Iterator[DriftAlert]:
        """Compares each group of devices with the others as they are, over the days of the longest window."""
        values, places = self._recent_means()
        all_groups = self._groups.of_devices(places)
        groups = all_groups.of_size(MIN_DEVICES)
        for name, members in zip(all_groups.names, all_groups.members, strict=True):
            if 0 < members.sum() < MIN_DEVICES:
                self._skip(DriftComparison.GROUP, NotJudged(TooFew.DEVICES, int(members.sum()), MIN_DEVICES), name)
        if not groups.names:
            return
        p = rank_p_values(values, groups)
        units = units_of(self._data.figures, values.mean(axis=0))
        alpha = self._alphas(DriftComparison.GROUP, len(groups.names)) * self._standing_share
        for row, figure in zip(*np.nonzero(p <= alpha), strict=True):
            members = groups.members[row]
            own, others = (units[figure] * values[side, figure] for side in (members, ~members))
            effect = difference_of_groups(own, others)
            if not isinstance(effect, NotJudged) and abs(effect.value) >= self._least[figure]:
                days = self._settings.windows[-1]
                of_figure = self._data.figures[figure]
                yield DriftAlert(
                    DriftComparison.GROUP, of_figure, effect, float(alpha[figure]), days, group=groups.names[row]
                )

    def tests(self, tests: _TestSamples | None, windows: float) -> Iterator[DriftAlert]:
        """Compares the devices with the test samples, if there are enough of their `windows`: alerts are for what
        differs by more than the tolerance."""
        if tests is None:
            self._skip(DriftComparison.TESTS, NotJudged(TooFew.REFERENCE_WINDOWS, windows, MIN_WINDOWS))
            return
        values, places = self._recent_means()
        if len(places) < MIN_DEVICES:
            self._skip(DriftComparison.TESTS, NotJudged(TooFew.DEVICES, len(places), MIN_DEVICES), devices=len(places))
            return
        differences = values - tests.figures
        units = units_of(self._data.figures, (tests.figures + values.mean(axis=0)) / 2)
        # Angles and locations of one window have the variance 1, and the logarithm of a spread less.
        of_tests = 1 / tests.windows
        errors = units * np.sqrt(differences.var(axis=0, ddof=1) / len(places) + of_tests)
        means, degrees = units * differences.mean(axis=0), len(places) - 1
        tolerance = np.array([self._settings.tolerance[figure.aspect] for figure in self._data.figures])
        beyond = (np.abs(means) - tolerance) / np.where(errors > 0, errors, np.inf)
        p = np.ones(beyond.shape)
        p[beyond > 0] = 2 * student_tail(beyond[beyond > 0], degrees)
        alpha = self._alphas(DriftComparison.TESTS, 1) * self._standing_share
        for figure in np.flatnonzero(p <= alpha):
            effect = effect_of(float(means[figure]), float(errors[figure]), degrees, len(places), float(p[figure]))
            days = self._settings.windows[-1]
            yield DriftAlert(DriftComparison.TESTS, self._data.figures[figure], effect, float(alpha[figure]), days)

    def _significant(self, change: WindowChange, alpha: Array, units: Array) -> Iterator[tuple[int, int]]:
        """The rows and figures whose changes are large enough and not by chance."""
        is_significant = (change.p <= alpha) & (np.abs(units * np.nan_to_num(change.values)) >= self._least)
        yield from ((int(row), int(figure)) for row, figure in np.argwhere(is_significant))

    def _alphas(self, comparison: DriftComparison, tests: int) -> Array:
        return self._weights * self._settings.budget.of_test(comparison, tests)

    def _with_past(self, timeline: Timeline, is_last: bool) -> Places:
        """Returns the places of the devices with enough days and windows on both sides; what the others lack in the
        longest window is kept."""
        halves = np.array_split(timeline.recent, 2)
        lacks = (
            (TooFew.PAST_DAYS, self._is_there[:, timeline.past].sum(axis=1), MIN_PAST_DAYS),
            (TooFew.REFERENCE_WINDOWS, self._data.windows[:, timeline.past].sum(axis=1), MIN_WINDOWS),
            (TooFew.WINDOWS, self._data.windows[:, timeline.recent].sum(axis=1), MIN_WINDOWS),
            (TooFew.RECENT_DAYS, np.min([self._is_there[:, half].sum(axis=1) for half in halves], axis=0), 1),
        )
        is_judged = np.ones(len(self._fleet.devices), bool)
        for lack, counts, least in lacks:
            missing = is_judged & (counts < least)
            if is_last and missing.any():
                reason = NotJudged(lack, float(counts[missing].max()), least)
                self._skip(DriftComparison.DEVICE, reason, devices=int(missing.sum()))
            is_judged &= ~missing
        return np.flatnonzero(is_judged)

    def _recent_means(self) -> tuple[Array, Places]:
        """The mean of each figure over the days of the longest window, [devices, figures], of the devices with enough
        windows, and their places."""
        longest = self._settings.windows[-1]
        is_there, values = self._is_there[:, -longest:], self._data.values[:, -longest:]
        windows = np.where(is_there, self._data.windows[:, -longest:], 0).sum(axis=1)
        places = np.flatnonzero(windows >= MIN_WINDOWS)
        sums = np.where(is_there[places][..., None], values[places], 0.0).sum(axis=1)
        return sums / is_there[places].sum(axis=1)[:, None], places

    def _skip(
        self,
        comparison: DriftComparison,
        reason: NotJudged,
        group: tuple[str, str] | None = None,
        devices: int = 0,
    ) -> None:
        self.skipped.append(SkippedComparison(comparison, reason, group, devices))


def _shortest(alerts: Iterable[DriftAlert]) -> list[DriftAlert]:
    """Returns the first alert of each figure of a fleet, group or device: that of the shortest window, whose days are
    the least mixed with those before the change."""
    first: dict[tuple[DriftComparison, DriftFigure, tuple[str, str] | None, str], DriftAlert] = {}
    for alert in alerts:
        first.setdefault((alert.comparison, alert.figure, alert.group, alert.device), alert)
    return list(first.values())


def _windows_of(layout: WatchLayout, reference: Counts | None) -> float:
    """Returns the windows of the group of bins that has the fewest; 0 without a reference."""
    if reference is None:
        return 0.0
    counts, ends = bins_of(reference), np.cumsum(layout.sizes)
    sums = [sum(counts[end - size : end]) for end, size in zip(ends, layout.sizes, strict=True) if size > 1]
    return float(min(sums, default=0.0))
