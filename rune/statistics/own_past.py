"""Devices against their own past: the change of each, and the change of a mean of many, with the variation from day to
day that their past had. Pure.

Figures are f64 [..., days, figures], nan where a day is missing. A `Timeline` says which days are the past, which are
judged, and which weekday each is. Devices have days of their own that are loud, and all of them have days in common
that are (a weekday, a holiday, the weather); so a mean of many devices is judged by the days of that mean, never as if
its devices were independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.distributions import normal_quantile
from rune.statistics.lasting import day_degrees, half_correlation, lasting_p, mean_degrees
from rune.statistics.shrinkage import ShrunkVariances, shrink_variances

Array = np.ndarray[Any, np.dtype[np.float64]]
Days = np.ndarray[Any, np.dtype[np.int64]]

WEEK: Final = 7
_MOST_MEMORY: Final = 0.9
_LEAST_VARIANCE: Final = 1e-300


@dataclass(frozen=True)
class Timeline:
    """The days of figures: `weekdays`, 0 to 6, of all, and the places of the `past` days and of the `recent` ones,
    which are judged."""

    weekdays: Days
    past: Days
    recent: Days

    @staticmethod
    def of(days: Days, past: int, recent: int, gap: int = 0) -> Timeline:
        """Returns the last `recent` days as those that are judged, and before them, with a gap, `past` days. `days` are
        numbers of days that rise by 1. Raises `ValueError` where there are too few."""
        first = len(days) - recent - gap - past
        if first < 0:
            raise ValueError(f"{past + gap + recent} days are needed, not {len(days)}.")
        places = np.arange(len(days))
        return Timeline(np.asarray(days) % WEEK, places[first : first + past], places[len(days) - recent :])


@dataclass(frozen=True)
class ChangeEstimate:
    """Changes [..., figures] with their standard errors and degrees of freedom."""

    values: Array
    errors: Array
    degrees: Array

    @property
    def t(self) -> Array:
        """The changes in standard errors; 0 where nothing is known of the error."""
        is_known = np.isfinite(self.errors) & (self.errors > 0)
        return np.divide(self.values, self.errors, out=np.zeros_like(self.values), where=is_known)


@dataclass(frozen=True)
class MeanSeries:
    """The days of means of many devices, [..., days, figures], without what is usual on a weekday; `variances`,
    [..., figures], are from day to day, `memory` how much of a day's deviation the next day keeps, and `errors` the
    variance of what is usual on each weekday as a part of `variances`, [weekdays]."""

    days: Array
    variances: Array
    memory: Array
    degrees: int
    weekday_parts: Array

    def change(self, timeline: Timeline, recent: Days) -> ChangeEstimate:
        """Returns the mean of recent days with its error: their own variation, and that of their usual values."""
        values = self.days[..., recent, :].mean(axis=-2)
        counts = np.bincount(timeline.weekdays[recent], minlength=WEEK)
        usual = float((np.square(counts / len(recent)) * self.weekday_parts).sum())
        own = mean_variance(len(recent), self.memory)
        errors = np.sqrt(self.variances * (own + usual))
        return ChangeEstimate(values, errors, np.full(values.shape, float(self.degrees)))


def mean_series(days: Array, timeline: Timeline) -> MeanSeries:
    """Returns the days of means without what is usual on their weekday, and how they vary.

    The past has each weekday at least twice. What is usual is the mean of the past days of that weekday; the variance
    has as many degrees of freedom as the past has days less 7. The memory is that of an autoregression of the first
    order, G. U. Yule, "On a method of investigating periodicities in disturbed series", Phil. Trans. A 226 (1927), and
    0 where days alternate.
    """
    past_weekdays = timeline.weekdays[timeline.past]
    counts = np.bincount(past_weekdays, minlength=WEEK)
    past = days[..., timeline.past, :]
    usual = np.stack(
        [past[..., (past_weekdays == day) | (counts[day] == 0), :].mean(axis=-2) for day in range(WEEK)], axis=-2
    )
    rest = days - usual[..., timeline.weekdays, :]
    past_rest = rest[..., timeline.past, :]
    degrees = len(timeline.past) - int((counts > 0).sum())
    squares = np.square(past_rest).sum(axis=-2)
    products = (past_rest[..., 1:, :] * past_rest[..., :-1, :]).sum(axis=-2)
    memory = np.divide(products, squares, out=np.zeros_like(squares), where=squares > 0)
    memory = np.clip(memory * len(timeline.past) / (len(timeline.past) - 1), 0, _MOST_MEMORY)
    parts = np.divide(1.0, counts, out=np.ones(WEEK), where=counts > 0)
    return MeanSeries(rest, squares / max(degrees, 1), memory, degrees, parts)


def mean_variance(count: int, memory: Array) -> Array:
    """Returns the variance of a mean of `count` neighbouring days as a part of that of one day, from their memory,
    0 to 1: G. E. P. Box and G. M. Jenkins, "Time Series Analysis" (1970)."""
    lags = np.arange(1, count)
    weights = 1 - lags / count
    return np.asarray((1 + 2 * (np.power.outer(memory, lags) * weights).sum(axis=-1)) / count)


@dataclass(frozen=True)
class DevicePast:
    """Figures of devices, [devices, days, figures], less the mean of the own past of each, with the variance of a
    device from day to day, shrunk towards the fleet's, and how many past days each has, [devices]. `memory` and
    `day_degrees`, [figures], are of the days of all devices: what a day keeps of the day before, and the degrees of the
    Student's t that has their tails."""

    days: Array
    variances: ShrunkVariances
    memory: Array
    day_degrees: Array
    past_days: Array

    def change(self, recent: Days) -> ChangeEstimate:
        """Returns the change of each device in recent days, [devices, figures]; nan for a device without any."""
        recent_days = self.days[:, recent]
        there = np.isfinite(recent_days).all(axis=2).sum(axis=1)[:, None]
        values = np.divide(
            np.nansum(recent_days, axis=1), there, out=np.full(self.variances.variances.shape, np.nan), where=there > 0
        )
        parts = mean_variance(len(recent), self.memory) * len(recent)
        own = np.divide(parts, there, out=np.full(values.shape, np.nan), where=there > 0)
        errors = np.sqrt(self.variances.variances * (own + self._past_part()))
        return ChangeEstimate(values, errors, self.variances.degrees)

    def lasting_p(self, recent: Days, alpha: float) -> Array:
        """Returns the probability that each change lasts over both halves of the recent days by chance, [devices,
        figures]; 1 where the halves differ in direction, or it is above `alpha` even if all is normal and known."""
        first, second = np.array_split(recent, 2)
        one, other = self.change(first).t, self.change(second).t
        lesser = np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)), 0.0)
        parts = (mean_variance(len(first), self.memory), mean_variance(len(recent), self.memory), self._past_part())
        place = lesser >= normal_quantile(math.sqrt(alpha / 2))
        p = np.ones(lesser.shape)
        p[place] = lasting_p(
            lesser[place],
            np.broadcast_to(half_correlation(*parts), p.shape)[place],
            np.broadcast_to(self.variances.degrees, p.shape)[place],
            np.broadcast_to(mean_degrees(self.day_degrees, len(first)), p.shape)[place],
        )
        return p

    def _past_part(self) -> Array:
        """The variance of the mean of the past as a part of that of a day."""
        return mean_variance(int(np.median(self.past_days)), self.memory)


def device_past(days: Array, timeline: Timeline) -> DevicePast:
    """Returns figures less the own past of each device, and how each varies from day to day.

    Each device has at least two past days. The memory of days is that of all devices together, since one has too few
    days for its own; the mean of its own past takes (1 + 3 memory) / days of it: M. G. Kendall, "Note on bias in the
    estimation of autocorrelation", Biometrika 41 (1954).
    """
    past = days[:, timeline.past]
    is_there = np.asarray(np.isfinite(past).all(axis=2))
    count = is_there.sum(axis=1)
    past_figures = np.where(is_there[..., None], past, 0.0)
    means = past_figures.sum(axis=1) / np.maximum(count, 1)[:, None]
    rest = np.where(is_there[..., None], past - means[:, None], 0.0)
    squares = np.square(rest).sum(axis=1)
    degrees = np.maximum(count - 1, 0).astype(np.float64)
    variances = np.divide(squares, degrees[:, None], out=np.full_like(squares, np.nan), where=degrees[:, None] > 0)
    both = (is_there[:, 1:] & is_there[:, :-1]).sum()
    # Each device has the same say, so that a restless one does not decide for all.
    scale = np.where(squares > 0, np.sqrt(squares / np.maximum(count, 1)[:, None]), 1.0)
    standard = rest / scale[:, None]
    memory = (standard[:, 1:] * standard[:, :-1]).sum(axis=(0, 1)) / max(int(both), 1)
    usual_days = max(float(np.median(count)) if len(count) else 1.0, 2.0)
    memory = np.clip(memory + (1 + 3 * np.maximum(memory, 0)) / usual_days, 0, _MOST_MEMORY)
    shrunk = shrink_variances(variances, degrees)
    fourth = np.square(np.square(rest) / np.maximum(shrunk.variances, _LEAST_VARIANCE)[:, None]).sum(axis=(0, 1))
    excess = fourth / max(int(count.sum()), 1) - 3
    return DevicePast(days - means[:, None], shrunk, memory, day_degrees(excess), count.astype(np.float64))
