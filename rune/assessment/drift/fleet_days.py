"""The counts of many devices on many days as one array, of 4 bytes a count: a fleet has 20 million of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rune.assessment.drift.documents import Bins, bins_of_documents, times_of_documents
from rune.watch.counts import TIME_BINS, Counts
from rune.watch.layout import WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class FleetDays:
    """The counts of devices, u32 [devices, days, bins], on days that end with `last_day` and follow each other. The
    bins are those of labels, confidence and features, in the order of the layout. A day without a report has none.
    `run_times`, f64 [devices, days, 9], are the runs in the bins of `TIME_EDGES`, and the seconds of all of them; None
    where nobody measured time."""

    devices: tuple[str, ...]
    last_day: int
    counts: Bins
    run_times: Array | None = None

    @property
    def days(self) -> Places:
        """The numbers of the days."""
        count = self.counts.shape[1]
        return np.arange(self.last_day - count + 1, self.last_day + 1)

    @staticmethod
    def empty(layout: WatchLayout, devices: Sequence[str], last_day: int, day_count: int) -> FleetDays:
        """Returns the days of devices of which nothing was reported yet."""
        return FleetDays(
            tuple(devices),
            last_day,
            np.zeros((len(devices), day_count, sum(layout.sizes)), dtype=np.uint32),
            np.zeros((len(devices), day_count, TIME_BINS + 1)),
        )

    def put(self, layout: WatchLayout, devices: Sequence[int], days: Sequence[int], counts: Sequence[bytes]) -> None:
        """Writes reports, in the bytes of `rune.watch.encoding`: of the devices at these places, on days whose numbers
        rise by 1 from day to day. Reports of other days are left out."""
        places = np.asarray(days, np.int64) - (self.last_day - self.counts.shape[1] + 1)
        is_there = (places >= 0) & (places < self.counts.shape[1])
        rows, days_there = np.asarray(devices, np.int64)[is_there], places[is_there]
        self.counts[rows, days_there] = bins_of_documents(counts, layout)[is_there]
        if self.run_times is not None:
            self.run_times[rows, days_there] = times_of_documents(counts)[is_there]

    def until(self, place: int, count: int) -> FleetDays:
        """Returns `count` days, of which the last is the one at a place, 0 for the first of all."""
        days = slice(place + 1 - count, place + 1)
        run_times = None if self.run_times is None else self.run_times[:, days]
        return FleetDays(self.devices, int(self.days[place]), self.counts[:, days], run_times)

    @property
    def measured_times(self) -> Array | None:
        """The times of runs; None where nobody measured them."""
        return self.run_times if self.run_times is not None and self.run_times[..., -1].any() else None


def bins_of(counts: Counts) -> tuple[int, ...]:
    """Returns the counts of labels, confidence and features one after the other."""
    return counts.labels + counts.confidence + sum(counts.features, ())
