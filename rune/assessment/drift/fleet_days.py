"""The counts of many devices on many days as one array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class FleetDays:
    """The counts of devices, f64 [devices, days, bins], on days that end with `last_day` and follow each other. The
    bins are those of labels, confidence and features, in the order of the layout. A day without a report has none."""

    devices: tuple[str, ...]
    last_day: int
    counts: Array

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
        for row, days in enumerate(reports.values()):
            for day, counts in days.items():
                if not counts.fits(layout):
                    raise ValueError("The counts are in other bins than the layout's.")
                place = day - last_day + day_count - 1
                if 0 <= place < day_count:
                    array[row, place] = bins_of(counts)
        return FleetDays(tuple(reports), last_day, array)


def bins_of(counts: Counts) -> tuple[int, ...]:
    """Returns the counts of labels, confidence and features one after the other."""
    return counts.labels + counts.confidence + sum(counts.features, ())
