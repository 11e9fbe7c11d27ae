"""The counts of many devices on many days as one array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.watch.counts import TIME_BINS, Counts
from rune.watch.layout import WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class FleetDays:
    """The counts of devices, f64 [devices, days, bins], on days that end with `last_day` and follow each other. The
    bins are those of labels, confidence and features, in the order of the layout. A day without a report has none.
    `run_times`, f64 [devices, days, 9], are the runs in the bins of `TIME_EDGES`, and the seconds of all of them; None
    where nobody measured time."""

    devices: tuple[str, ...]
    last_day: int
    counts: Array
    run_times: Array | None = None

    @property
    def days(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The numbers of the days."""
        count = self.counts.shape[1]
        return np.arange(self.last_day - count + 1, self.last_day + 1)

    @staticmethod
    def of(
        layout: WatchLayout, reports: Mapping[str, Mapping[int, Counts]], last_day: int, day_count: int
    ) -> FleetDays:
        """Returns the reports of devices by device and day, a number that rises by 1 from day to day. Reports of other
        days are left out. Raises `ValueError` for counts that are not in the bins of the layout."""
        array = np.zeros((len(reports), day_count, sum(layout.sizes)))
        run_times = np.zeros((len(reports), day_count, TIME_BINS + 1))
        for row, days in enumerate(reports.values()):
            for day, counts in days.items():
                if not counts.fits(layout):
                    raise ValueError("The counts are in other bins than the layout's.")
                place = day - last_day + day_count - 1
                if 0 <= place < day_count:
                    array[row, place] = bins_of(counts)
                    run_times[row, place] = *counts.time, counts.microseconds / 1e6
        return FleetDays(tuple(reports), last_day, array, run_times if run_times[..., -1].any() else None)

    def until(self, place: int, count: int) -> FleetDays:
        """Returns `count` days, of which the last is the one at a place, 0 for the first of all."""
        days = slice(place + 1 - count, place + 1)
        run_times = None if self.run_times is None else self.run_times[:, days]
        return FleetDays(self.devices, int(self.days[place]), self.counts[:, days], run_times)


def bins_of(counts: Counts) -> tuple[int, ...]:
    """Returns the counts of labels, confidence and features one after the other."""
    return counts.labels + counts.confidence + sum(counts.features, ())
