"""Measures how often an unchanged field has an alert, and how many days pass until a change has one."""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy import stats

from benchmarks.figure import table
from benchmarks.fleet.simulated_field import (
    LAYOUT,
    FieldChange,
    FieldSpread,
    SimulatedField,
    batch_of,
    reference_counts,
    simulate_field,
)
from rune.assessment.drift.alerts import DriftAlert, DriftComparison, DriftSettings
from rune.assessment.drift.figures import Aspect
from rune.assessment.drift.judging import judge_day
from rune.statistics.budget import MONTH_ALPHA, MONTH_DAYS
from rune.watch.counts import Counts

Array = np.ndarray[Any, np.dtype[np.float64]]

SPREADS: Final = (2.0, 4.0)
"""Standard deviations of a label's share between devices, in points of a hundred."""
MONTHS: Final = 500
"""Unchanged months of each spread: 1,000 in all."""
AIM: Final = 18
"""Months with an alert of 1,000: at 1 %, 18 are exceeded once in a hundred times."""
DEVICES: Final = 100
TRIALS: Final = 20
LONGEST: Final = 21
"""Days after a change in which it is looked for."""
LARGE: Final = 10_000
_SETTINGS: Final = DriftSettings()
_BATCH: Final = batch_of(DEVICES)
_SENSOR: Final = (17,)
_TESTS_OF_A_DAY: Final = 19
"""Figures among which SciPy's tests share the alpha of a day too."""


def measure() -> str:
    """Returns the tables of unchanged months, of changes, and of the time that a large fleet takes."""
    months = {spread: _unchanged(spread) for spread in SPREADS}
    head = ["spread between devices", "months", "with an alert", *(each.value for each in DriftComparison)]
    rows = [
        [f"{spread:.0f} points", str(MONTHS), str(len(alerts)), *_by_comparison(alerts)]
        for spread, alerts in months.items()
    ]
    total, of_months = sum(len(alerts) for alerts in months.values()), f"{len(SPREADS) * MONTHS:,}"
    changes = [_row(name, change) for name, change in _changes().items()]
    change_head = ["change", *(text for spread in SPREADS for text in (f"days at {spread:.0f} points", "SciPy, raw"))]
    return (
        f"{of_months} simulated months in which nothing changes: {DEVICES} devices with about 350 answers a day and "
        "5 % of the days missing, 12 labels, 16 bins of confidence and of two features, the time of a run, three "
        "attributes with 21 values, devices that differ, days of devices with heavy tails, days in common, and "
        "weekends that differ. "
        f"Each day is judged against 28 days before it; the budget of a month is {MONTH_ALPHA:.0%}. {total} of "
        f"{of_months} had an alert; the aim is at most {AIM} of 1,000. The last columns say by which comparison.\n\n"
        f"{table(head, rows)}\n\n"
        f"Days from a change to the first alert that names it, the median of {TRIALS} fields and in brackets the "
        "slowest; a change has to last two days, and what stands is judged once a week. Beside it SciPy's tests on the "
        "raw values of all windows at the same budget, as an upper bound: what a day did to all devices is known to "
        "them, they look at a single day (`mannwhitneyu` for the batch that always was louder at a week) and at this "
        "one kind of change: `ttest_1samp` over devices, `ks_2samp` for the sensor. The last takes windows of a day "
        f"for independent, and at the level of the table calls {_flagged_days(SPREADS[0]):.1%} of unchanged days of a "
        "device changed.\n\n"
        f"{table(change_head, changes)}\n\n{_large()}"
    )


def _unchanged(spread: float) -> list[list[DriftAlert]]:
    """Returns the alerts of each month that has any."""
    months = [list(_alerts(*_field(spread, number))) for number in range(MONTHS)]
    return [alerts for alerts in months if alerts]


def _by_comparison(months: Sequence[Sequence[DriftAlert]]) -> Iterator[str]:
    for comparison in DriftComparison:
        yield str(sum(any(alert.comparison is comparison for alert in alerts) for alerts in months))


def _field(
    spread: float, number: int, change: FieldChange | None = None, days: int = MONTH_DAYS
) -> tuple[Counts, SimulatedField]:
    random = np.random.default_rng([int(spread), number, int(change is not None)])
    reference = reference_counts(random)
    count = _SETTINGS.day_count - 1 + days
    return reference, simulate_field(random, FieldSpread(spread), DEVICES, count, change, change is not None)


def _alerts(reference: Counts, field: SimulatedField, first: int = 0) -> Iterator[DriftAlert]:
    for day in range(max(first, _SETTINGS.day_count - 1), field.fleet.counts.shape[1]):
        yield from judge_day(
            LAYOUT, reference, field.until(day, _SETTINGS.day_count), field.attributes, _SETTINGS
        ).alerts


def _changes() -> Mapping[
    str, tuple[FieldChange, Callable[[DriftAlert], bool], Callable[[SimulatedField, int], float]]
]:
    """The changes, what the alert of each is, and SciPy's p value of a day."""
    all_devices = FieldChange(_SETTINGS.day_count)
    fleet = _names(DriftComparison.FLEET)
    batch = replace(all_devices, places=_BATCH, shift=1.0)
    sensor = replace(all_devices, places=_SENSOR, fading=-1 / 6)
    return {
        "all shift by 0.25 standard deviations": (replace(all_devices, shift=0.25), fleet, _means_p),
        "all shift by 0.5": (replace(all_devices, shift=0.5), fleet, _means_p),
        "all spread 1.3 times as far": (replace(all_devices, spread=1.3), fleet, _spreads_p),
        "a new noise in a tenth of the windows": (replace(all_devices, noise=0.1), fleet, _means_p),
        "a sensor of one device dies, 1 dB a day": (sensor, _names(DriftComparison.DEVICE), _sensor_p),
        "one batch of 5 % becomes 6 dB louder": (batch, _names(DriftComparison.GROUP_CHANGE), _batch_change_p),
        "one batch of 5 % always was 6 dB louder": (replace(batch, day=0), _names(DriftComparison.GROUP), _batch_p),
        "a run takes 1.3 times as long on all": (replace(all_devices, slower=1.3), _slower(fleet), _times_p),
    }


def _names(comparison: DriftComparison) -> Callable[[DriftAlert], bool]:
    """Returns whether an alert is of a comparison, and of the batch or device that changed."""

    def is_of(alert: DriftAlert) -> bool:
        return (
            alert.comparison is comparison
            and alert.group in (None, ("batch", "B"))
            and alert.device in ("", f"device-{_SENSOR[0]:05}")
        )

    return is_of


def _slower(is_of: Callable[[DriftAlert], bool]) -> Callable[[DriftAlert], bool]:
    return lambda alert: is_of(alert) and alert.figure.aspect is Aspect.DURATION


def _row(
    name: str, parts: tuple[FieldChange, Callable[[DriftAlert], bool], Callable[[SimulatedField, int], float]]
) -> list[str]:
    change, is_alert, scipy_p = parts
    first = _SETTINGS.day_count
    cells = [name]
    for spread in SPREADS:
        own, others = [], []
        for number in range(TRIALS):
            reference, field = _field(spread, number, change, LONGEST + 1)
            days = range(first, first + LONGEST)
            own.append(_first(days, lambda day: _has(reference, field, day, is_alert)))  # noqa: B023 (called here)
            alpha = MONTH_ALPHA / MONTH_DAYS / _TESTS_OF_A_DAY
            alpha /= DEVICES if scipy_p is _sensor_p else len(_BATCH) * 4 if "batch" in name else 1
            others.append(_first(days, lambda day: scipy_p(field, day) <= alpha))  # noqa: B023 (called here)
        cells += [_days(own), _days(others)]
    return cells


def _has(reference: Counts, field: SimulatedField, day: int, is_alert: Callable[[DriftAlert], bool]) -> bool:
    count = _SETTINGS.day_count
    report = judge_day(LAYOUT, reference, field.until(day, count), field.attributes, _SETTINGS)
    return any(map(is_alert, report.alerts))


def _first(days: range, is_seen: Callable[[int], bool]) -> float:
    """Returns how many days passed until something was found, infinite if it never was."""
    return next((day - days.start + 1 for day in days if is_seen(day)), float("inf"))


def _days(values: Sequence[float]) -> str:
    median, slowest = statistics.median(values), max(values)
    texts = [f"{each:.0f}" if each < float("inf") else f"over {LONGEST}" for each in (median, slowest)]
    return f"{texts[0]} ({texts[1]})"


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


def _means_p(field: SimulatedField, day: int) -> float:
    return _changes_p(_daily(field, lambda levels: np.nanmean(levels, axis=2)), day)


def _times_p(field: SimulatedField, day: int) -> float:
    assert field.fleet.run_times is not None
    runs, seconds = field.fleet.run_times[..., :-1].sum(axis=2), field.fleet.run_times[..., -1]
    is_there = runs > 0
    return _changes_p(np.log(np.divide(seconds, runs, out=np.full(runs.shape, np.nan), where=is_there)), day)


def _spreads_p(field: SimulatedField, day: int) -> float:
    return _changes_p(_daily(field, lambda levels: np.log(np.nanstd(levels, axis=2))), day)


def _flagged_days(spread: float) -> float:
    """Returns the part of the days of unchanged devices that SciPy's test on windows calls changed."""
    _, field = _field(spread, 0, FieldChange(10**6), LONGEST)
    days = range(_SETTINGS.day_count, field.fleet.counts.shape[1])
    alpha = MONTH_ALPHA / MONTH_DAYS / _TESTS_OF_A_DAY / DEVICES
    return statistics.mean(_sensor_p(field, day, device) <= alpha for device in range(DEVICES) for day in days)


def _sensor_p(field: SimulatedField, day: int, device: int = _SENSOR[0]) -> float:
    assert field.levels is not None
    own = field.levels[device]
    past, now = own[day - 36 : day - 8].ravel(), own[day]
    past, now = past[np.isfinite(past)], now[np.isfinite(now)]
    return float(stats.ks_2samp(past, now).pvalue) if len(now) else 1.0


def _batch_change_p(field: SimulatedField, day: int) -> float:
    values = _daily(field, lambda levels: np.nanmean(levels, axis=2))
    return _two_sides(values[:, day] - np.nanmean(values[:, day - 36 : day - 8], axis=1))


def _batch_p(field: SimulatedField, day: int) -> float:
    return _two_sides(
        np.nanmean(_daily(field, lambda levels: np.nanmean(levels, axis=2))[:, day - 6 : day + 1], axis=1)
    )


def _two_sides(values: Array) -> float:
    own, others = values[list(_BATCH)], np.delete(values, _BATCH)
    own, others = own[np.isfinite(own)], others[np.isfinite(others)]
    return float(stats.mannwhitneyu(own, others, method="exact").pvalue)


def _large() -> str:
    random = np.random.default_rng(1)
    reference = reference_counts(random)
    field = simulate_field(random, FieldSpread(2.0), LARGE, _SETTINGS.day_count)
    begin = time.perf_counter()
    report = judge_day(LAYOUT, reference, field.fleet, field.attributes, _SETTINGS)
    seconds = time.perf_counter() - begin
    return f"A day of {LARGE:,} devices is judged in {seconds:.1f} s; {report.judged_devices:,} had enough of a past."


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
