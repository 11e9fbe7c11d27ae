"""SciPy's tests on the raw levels of all windows of a simulated field: what could be seen if all of them were sent."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.field.simulated_field import SimulatedField, batch_of

Array = np.ndarray[Any, np.dtype[np.float64]]


def _daily(field: SimulatedField, figure: Callable[[Array], Array]) -> Array:
    assert field.levels is not None
    with warnings.catch_warnings():
        # A day without a report has no windows.
        warnings.simplefilter("ignore", RuntimeWarning)
        return figure(field.levels)


def _changes_p(values: Array, day: int) -> float:
    past = values[:, day - 36 : day - 8]
    changes = values[:, day] - np.nanmean(past, axis=1)
    changes = changes[np.isfinite(changes)]
    return float(stats.ttest_1samp(changes, 0).pvalue)


def means_p(field: SimulatedField, day: int) -> float:
    """Returns the p value of the change of the devices' mean levels on a day."""
    return _changes_p(_daily(field, lambda levels: np.nanmean(levels, axis=2)), day)


def spreads_p(field: SimulatedField, day: int) -> float:
    """Returns the p value of the change of how far the levels of each device spread."""
    return _changes_p(_daily(field, lambda levels: np.log(np.nanstd(levels, axis=2))), day)


def times_p(field: SimulatedField, day: int) -> float:
    """Returns the p value of the change of the devices' mean times of a run."""
    assert field.fleet.run_times is not None
    runs, seconds = field.fleet.run_times[..., :-1].sum(axis=2), field.fleet.run_times[..., -1]
    times = np.divide(seconds, runs, out=np.full(runs.shape, np.nan), where=runs > 0)
    return _changes_p(np.log(times), day)


def windows_p(field: SimulatedField, day: int, places: Sequence[int]) -> float:
    """Returns the p value of the windows of a day beside those of four weeks before."""
    assert field.levels is not None
    own = field.levels[list(places)]
    return _ks_p(own[:, day - 36 : day - 8], own[:, day])


def windows_beside_p(field: SimulatedField, day: int, places: Sequence[int]) -> float:
    """Returns the p value of the windows of a week beside those of the other devices."""
    assert field.levels is not None
    week = field.levels[:, day - 6 : day + 1]
    return _ks_p(np.delete(week, places, axis=0), week[list(places)])


def _ks_p(one: Array, other: Array) -> float:
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    return float(stats.ks_2samp(one, other, method="asymp").pvalue) if len(other) else 1.0


def batch_change_p(field: SimulatedField, day: int) -> float:
    """Returns the p value of the changes of the batch beside those of the other devices."""
    values = _daily(field, lambda levels: np.nanmean(levels, axis=2))
    return _two_sides(values[:, day] - np.nanmean(values[:, day - 36 : day - 8], axis=1))


def batch_p(field: SimulatedField, day: int) -> float:
    """Returns the p value of the levels of the batch beside those of the others, over a week."""
    return _two_sides(
        np.nanmean(_daily(field, lambda levels: np.nanmean(levels, axis=2))[:, day - 6 : day + 1], axis=1)
    )


def _two_sides(values: Array) -> float:
    own, others = values[list(batch_of(len(values)))], np.delete(values, batch_of(len(values)))
    own, others = own[np.isfinite(own)], others[np.isfinite(others)]
    return float(stats.mannwhitneyu(own, others, method="exact").pvalue)
