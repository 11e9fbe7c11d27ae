"""A small field for tests: counts of devices by day that vary as a field does, and what changes in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from rune.assessment.drift.fleet_days import FleetDays
from rune.watch.counts import TIME_BINS, Counts
from rune.watch.layout import TIME_EDGES, ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout

Array = np.ndarray[Any, Any]

EDGES = special.ndtri(np.arange(1, 16) / 16)
MIX = np.array([0.6, 0.25, 0.15])
LAYOUT = WatchLayout(
    LabelBins(("nothing", "speech", "knock"), (0, 1, 2)),
    ConfidenceBins(tuple(EDGES)),
    (FeatureBins("audio", 0, Statistic.LEVEL, tuple(np.exp(EDGES))),),
)
REFERENCE = Counts((3000, 1250, 750), (312,) * 16, ((312,) * 16,))
DAYS = 36
LAST = 35
"""The last day, which is one on which what stands is judged."""


def field(random: np.random.Generator, devices: int, level: Array | float = 0.0, days: int = DAYS) -> FleetDays:
    """Returns a fleet whose level is shifted by standard deviations, [devices, days]; weekends differ, devices too, and
    one report in twenty is missing."""
    shape = (devices, days)
    weekend = 0.3 * (np.arange(LAST - days + 1, LAST + 1) % 7 >= 5)
    windows = np.where(random.random(shape) < 0.05, 0, random.poisson(400, shape))
    shares = random.dirichlet(150 * MIX, devices)[:, None] * np.exp(0.1 * random.standard_normal((*shape, 3)))
    shares = shares / shares.sum(axis=2, keepdims=True)
    counts = [random.multinomial(windows, shares)]
    for shift in (0.0, level):
        middle = 0.3 * random.standard_normal((devices, 1)) + 0.15 * random.standard_normal(shape) + weekend + shift
        below = special.ndtr(EDGES - middle[..., None])
        edges = np.concatenate([np.zeros((*shape, 1)), below, np.ones((*shape, 1))], axis=2)
        counts.append(random.multinomial(windows, np.diff(edges, axis=2)))
    names = tuple(f"device-{number}" for number in range(devices))
    return FleetDays(names, LAST, np.concatenate(counts, axis=2).astype(np.uint32))


def from_day(devices: int, day: int, places: Array | list[int], shift: float) -> Array:
    """Returns a shift of some devices from a day on, [devices, days]."""
    shifts = np.zeros((devices, DAYS))
    shifts[np.asarray(places)[:, None], np.arange(day, DAYS)] = shift
    return shifts


def batches(devices: int) -> dict[str, dict[str, str]]:
    """Returns the attributes of a fleet: every fourth device is of batch B, and the sites have no meaning."""
    return {
        f"device-{number}": {"batch": "B" if number % 4 == 1 else "A", "site": f"site {number * 7 % 5}"}
        for number in range(devices)
    }


def with_times(fleet: FleetDays, random: np.random.Generator, factor: Array | float = 1.0) -> FleetDays:
    """Returns a fleet whose runs take about 5 ms, on some devices longer than on others, times a factor, [devices,
    days]; on one day in fifty a run stalls for seconds."""
    shape = fleet.counts.shape[:2]
    runs = fleet.counts[..., :3].sum(axis=2)
    means = 0.005 * np.exp(0.3 * random.standard_normal((shape[0], 1)) + 0.05 * random.standard_normal(shape)) * factor
    is_stalled = (random.random(shape) < 0.02) & (runs > 0)
    bins = runs[..., None] * np.eye(TIME_BINS)[np.searchsorted(TIME_EDGES, means)]
    bins[..., -1] += is_stalled
    return replace(fleet, run_times=np.concatenate([bins, (runs * means + 4.0 * is_stalled)[..., None]], axis=2))
