"""The changes of a fleet's devices against their own past, in one window of days: of all, of groups, of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.attribution import AttributeGroups
from rune.statistics.by_device import EffectEstimate, effect_of
from rune.statistics.distributions import student_tail
from rune.statistics.own_past import ChangeEstimate, Timeline, device_past, mean_series
from rune.statistics.rank_sum import rank_sum_p, ranks_of

Array = np.ndarray[Any, np.dtype[np.float64]]

COMMON_DAYS_FROM: Final = 10
"""Devices from which what a day did to all of them is taken from each; the mean of fewer is too much of each."""
_EACH_HALF: Final = 2.6
"""Standard errors of a change in each half of the days: one loud day is no drift. By chance it is 1 % a half."""
_LOOKED_AT: Final = 3.0
"""Standard errors below which no p value is computed: it is above what any budget of a month gives a test."""


@dataclass(frozen=True)
class WindowChange:
    """Changes, [rows, figures], of which a row is the fleet, a group or a device: their errors and degrees of freedom,
    and p values, which are 1 where the change is small, of one half of the days only, or not known."""

    values: Array
    errors: Array
    degrees: Array
    p: Array

    def effect(self, row: int, figure: int, devices: int, unit: float) -> EffectEstimate:
        """Returns one of the changes as an effect, in a unit: the factor from the figure to it."""
        place = row, figure
        value, error, degrees = (float(each[place]) for each in (self.values, self.errors, self.degrees))
        return effect_of(unit * value, unit * error, degrees, devices, float(self.p[place]))


@dataclass(frozen=True)
class OwnChanges:
    """Devices against their own past: figures less that past and what is usual on a weekday, [devices, days, figures]
    (`days`), and less what each day did to all of them (`apart`). `past_means` and `shifts` are the past and the change
    of each, [devices, figures]; `fleet_days` are the means of all, [days, figures]."""

    timeline: Timeline
    days: Array
    apart: Array
    past_means: Array
    shifts: Array
    fleet_days: Array

    @staticmethod
    def of(values: Array, timeline: Timeline) -> OwnChanges:
        """Returns the changes of figures, [devices, days, figures], of devices that have enough days."""
        own_mean = np.nanmean(values[:, timeline.past], axis=1, keepdims=True)
        centred = values - own_mean
        fleet = np.nanmean(centred, axis=0)
        series = mean_series(fleet, timeline)
        days = centred - (fleet - series.days)
        apart = days - series.days if len(values) >= COMMON_DAYS_FROM else centred
        shifts = np.nanmean(days[:, timeline.recent], axis=1)
        return OwnChanges(timeline, days, apart, own_mean[:, 0], shifts, fleet)

    def of_fleet(self) -> WindowChange:
        """Returns the change of all devices, as one row: as unlikely as the days of their mean say, and the devices."""
        series = mean_series(self.fleet_days, self.timeline)
        halves = np.array_split(self.timeline.recent, 2)
        by_days = series.change(self.timeline, self.timeline.recent)
        count = len(self.shifts)
        error = self.shifts.std(axis=0, ddof=1) / np.sqrt(count)
        by_devices = ChangeEstimate(self.shifts.mean(axis=0), error, np.full(error.shape, count - 1.0))
        is_lasting = _same_way([series.change(self.timeline, half) for half in halves])
        p = np.where(is_lasting, np.maximum(_p_of(by_days), _p_of(by_devices)), 1.0)
        is_wider = by_days.errors >= error
        degrees = np.where(is_wider, by_days.degrees, by_devices.degrees)
        return WindowChange(by_days.values[None], np.maximum(by_days.errors, error)[None], degrees[None], p[None])

    def of_groups(self, groups: AttributeGroups) -> WindowChange:
        """Returns by how much the devices of each group changed more than the others: as unlikely as the days of that
        difference and the ranks of the devices both say."""
        series = mean_series(_differences(self.apart, groups), self.timeline)
        by_days = series.change(self.timeline, self.timeline.recent)
        is_lasting = _same_way([series.change(self.timeline, half) for half in np.array_split(self.timeline.recent, 2)])
        p = np.where(is_lasting, np.maximum(_p_of(by_days), rank_p_values(self.shifts, groups)), 1.0)
        return WindowChange(by_days.values, by_days.errors, by_days.degrees, p)

    def of_devices(self, alpha: float) -> WindowChange:
        """Returns the change of each device, a row each, beyond what all of them have in common. p values above
        `alpha` may be 1."""
        past = device_past(self.apart, self.timeline)
        change = past.change(self.timeline.recent)
        return WindowChange(change.values, change.errors, change.degrees, past.lasting_p(self.timeline.recent, alpha))


def rank_p_values(values: Array, groups: AttributeGroups) -> Array:
    """Returns the p values of the rank sums of groups, [groups, figures], from values [devices, figures]."""
    ranks = ranks_of(values)
    sizes = groups.members.sum(axis=1)
    sums = groups.members.astype(np.float64) @ ranks
    p = np.ones(sums.shape)
    for size in np.unique(sizes):
        rows = sizes == size
        p[rows] = rank_sum_p(sums[rows], int(size), len(values) - int(size))
    return p


def day_means(values: Array) -> Array:
    """Returns the mean of devices, [devices, days], on each day; 0 on a day without any of them."""
    is_there = np.isfinite(values)
    return np.asarray(np.where(is_there, values, 0.0).sum(axis=0) / np.maximum(is_there.sum(axis=0), 1))


def first_day(days: Array, sign: float) -> int:
    """Returns the place in days of a series, [days], from which on it is most surely above 0 (or below, by sign): the
    change point of E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954)."""
    ends = np.nancumsum(sign * days[::-1])
    return len(days) - 1 - int((ends / np.sqrt(np.arange(1, len(days) + 1))).argmax())


def _differences(days: Array, groups: AttributeGroups) -> Array:
    """Returns the difference of the mean of each group and that of the others on each day, [groups, days, figures]; nan
    on a day without one of the two."""
    is_there = np.isfinite(days).all(axis=2).astype(np.float64)
    flat = np.nan_to_num(days).reshape(len(days), -1)
    members = groups.members.astype(np.float64)
    sums = (members @ flat).reshape(len(members), *days.shape[1:])
    counts = members @ is_there
    other_sums = flat.sum(axis=0).reshape(days.shape[1:]) - sums
    other_counts = is_there.sum(axis=0) - counts
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / counts[..., None] - other_sums / other_counts[..., None])


def _same_way(halves: list[ChangeEstimate]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    t = np.stack([half.t for half in halves])
    return np.asarray((t >= _EACH_HALF).all(axis=0) | (t <= -_EACH_HALF).all(axis=0))


def _p_of(change: ChangeEstimate) -> Array:
    t, degrees = np.broadcast_arrays(np.abs(change.t), change.degrees)
    p = np.ones(t.shape)
    is_large = t >= _LOOKED_AT
    p[is_large] = 2 * student_tail(t[is_large], degrees[is_large])
    return p
