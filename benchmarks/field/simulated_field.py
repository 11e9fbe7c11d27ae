"""A simulated field: what its devices count each day, with devices, days and weekdays that differ, and what changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from scipy import special

from rune.assessment.drift.fleet_days import FleetDays
from rune.watch.counts import TIME_BINS, Counts
from rune.watch.layout import TIME_EDGES, ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout

Array = np.ndarray[Any, Any]

LABELS: Final = 12
BINS: Final = 16
ANSWERS: Final = 350
"""Answers of a device a day, on average."""
REFERENCE: Final = 5_000
"""Windows of the test samples."""
LEVEL_DB: Final = 6.0
"""Decibels of a standard deviation of the level."""
_EDGES: Final = special.ndtri(np.arange(1, BINS) / BINS)
"""The edges of confidence and features, in standard deviations: each bin has the same share of the test samples."""
_MIX: Final = np.array([30, 14, 10, 9, 8, 7, 6, 5, 4, 3, 2, 2]) / 100
LAYOUT: Final = WatchLayout(
    LabelBins(tuple(f"label {number}" for number in range(LABELS)), tuple(range(LABELS))),
    ConfidenceBins(tuple(_EDGES)),
    (
        FeatureBins("audio", 0, Statistic.LEVEL, tuple(10 ** (_EDGES * LEVEL_DB / 10))),
        FeatureBins("features", 0, Statistic.MEAN, tuple(_EDGES)),
    ),
)
_WEEKEND: Final = (5, 6)


@dataclass(frozen=True)
class FieldSpread:
    """The variation of a field. `points` is the standard deviation of a label's share between devices, in points of a
    hundred; devices differ by an eighth of a standard deviation in where confidence and features lie for each of them.
    The rest is from day to day: of a device, of all devices together, and between weekdays and weekends."""

    points: float
    device_day: float = 0.15
    common_day: float = 0.04
    weekend: float = 0.15
    missing: float = 0.05


@dataclass(frozen=True)
class FieldChange:
    """A change that begins on a day, numbered from 0, on the devices of some `places`; on all if None. `shift`
    and `spread` are of the level, in standard deviations and as a factor; `noise` is the part of the windows that are a
    noise nobody trained for; `fading` is the shift that each further day adds. A run takes `slower` times as long."""

    day: int = 0
    places: tuple[int, ...] | None = None
    shift: float = 0.0
    spread: float = 1.0
    noise: float = 0.0
    fading: float = 0.0
    slower: float = 1.0


@dataclass(frozen=True)
class SimulatedField:
    """The counts of a field; its attributes; and the raw levels of all windows in standard deviations, [devices, days,
    windows] with nan for windows that are not there, if they were asked for: less what each day did to all devices."""

    fleet: FleetDays
    attributes: Mapping[str, Mapping[str, str]]
    levels: Array | None = field(default=None, compare=False)

    def until(self, day: int, count: int) -> FleetDays:
        """Returns `count` days that end with a day, numbered from 0."""
        return self.fleet.until(day, count)


def reference_counts(random: np.random.Generator) -> Counts:
    """Returns the counts of test samples."""
    even = np.full(BINS, 1 / BINS)
    return Counts(
        tuple(random.multinomial(REFERENCE, _MIX).tolist()),
        tuple(random.multinomial(REFERENCE, even).tolist()),
        tuple(tuple(random.multinomial(REFERENCE, even).tolist()) for _ in range(2)),
        answers=REFERENCE,
    )


def simulate_field(
    random: np.random.Generator,
    spread: FieldSpread,
    devices: int,
    days: int,
    change: FieldChange | None = None,
    with_levels: bool = False,
) -> SimulatedField:
    """Returns a field of devices. Its days are numbered from 0, and day 5 and 6 are a weekend."""
    shape = (devices, days)
    is_weekend = np.isin(np.arange(days) % 7, _WEEKEND)
    windows = random.poisson(ANSWERS * random.lognormal(-0.02, 0.2, (devices, 1)), shape)
    windows = np.where(random.random(shape) < spread.missing, 0, windows)
    active = _active(change, devices, days)
    counts = [_label_counts(random, spread, windows, is_weekend, change, active)]
    levels = None
    for number in range(3):
        common = _common_days(random, spread, is_weekend)
        location, log_spread = _moments(random, spread, devices, days)
        location = location + common
        # The noise is loud, and no network is sure of it: 1.5 standard deviations up, or down in confidence.
        noise = (change.noise if change else 0.0) * (active > 0)
        if change and number == 1:
            location = location + change.shift * (active > 0) + change.fading * active
            log_spread = log_spread + np.log(change.spread) * (active > 0)
        noise_at = -1.5 if number == 0 else 1.5 if number == 1 else 0.5
        if number == 1 and with_levels:
            levels = _raw(random, windows, location, np.exp(log_spread), noise, noise_at)
            counts.append(_binned(levels))
            levels = levels - common[:, None]
        else:
            counts.append(_bin_counts(random, windows, location, np.exp(log_spread), noise, noise_at))
    names = tuple(f"device-{number:05}" for number in range(devices))
    times = _run_times(random, spread, windows, is_weekend, (change.slower if change else 1.0) ** (active > 0))
    fleet = FleetDays(names, days - 1, np.concatenate(counts, axis=2).astype(np.uint32), times)
    return SimulatedField(fleet, _attributes(names), levels)


def batch_of(devices: int) -> tuple[int, ...]:
    """Returns the places of the devices of the batch B, which are one in twenty."""
    return tuple(range(3, devices, 20))


def _attributes(names: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    batch = set(batch_of(len(names)))
    sites = max(1, len(names) // 10)
    return MappingProxyType(
        {
            name: {
                "batch": "B" if number in batch else f"A{number % 7}",
                "board": ("nano", "pico", "esp32")[number * 7 % 3],
                "site": f"site {number * 13 % sites}",
            }
            for number, name in enumerate(names)
        }
    )


def _active(change: FieldChange | None, devices: int, days: int) -> Array:
    """Returns for how many days a change has lasted, [devices, days]; 0 before it."""
    active = np.zeros((devices, days))
    if change is not None:
        places = list(range(devices)) if change.places is None else list(change.places)
        active[places] = np.maximum(np.arange(days) - change.day + 1, 0)
    return active


def _common_days(random: np.random.Generator, spread: FieldSpread, is_weekend: Array) -> Array:
    days: Array = spread.common_day * random.standard_normal(len(is_weekend))
    days += spread.weekend * random.choice((-1, 1)) * (is_weekend - 2 / 7)
    return days


def _moments(random: np.random.Generator, spread: FieldSpread, devices: int, days: int) -> tuple[Array, Array]:
    # Student's t of 5 degrees, with a standard deviation of 1: some days are far off.
    own_days = random.standard_t(5, (devices, days)) / np.sqrt(5 / 3)
    location = spread.points / 8 * random.standard_normal((devices, 1)) + spread.device_day * own_days
    log_spread = 0.03 * spread.points * random.standard_normal((devices, 1)) + 0.05 * random.standard_normal(
        (devices, days)
    )
    return location, log_spread


def _label_counts(
    random: np.random.Generator,
    spread: FieldSpread,
    windows: Array,
    is_weekend: Array,
    change: FieldChange | None,
    active: Array,
) -> Array:
    devices, days = windows.shape
    # Gamma numbers over their sum are a Dirichlet: of 1 / 12, its deviation is so many points.
    mean = 1 / LABELS
    weight = mean * (1 - mean) / (spread.points / 100) ** 2 - 1
    own = random.gamma(_MIX * weight, size=(devices, LABELS))[:, None]
    rhythm = 1 + spread.weekend * random.choice((-1, 1), LABELS) * (is_weekend - 2 / 7)[:, None]
    common = np.exp(spread.common_day * random.standard_normal((days, LABELS)))
    device_days = np.exp(spread.device_day * random.standard_normal((devices, days, LABELS)))
    mix = own * rhythm * common * device_days
    mix /= mix.sum(axis=2, keepdims=True)
    noise = (change.noise if change else 0.0) * (active > 0)[..., None]
    of_noise = np.full(LABELS, 0.4 / (LABELS - 1))
    of_noise[3] = 0.6
    return random.multinomial(windows, (1 - noise) * mix + noise * of_noise)


def _bin_counts(
    random: np.random.Generator, windows: Array, location: Array, spread: Array, noise: Array, noise_at: float
) -> Array:
    def shares(middle: Array, width: Array) -> Array:
        below = special.ndtr((_EDGES - middle[..., None]) / width[..., None])
        edges = np.concatenate([np.zeros((*below.shape[:2], 1)), below, np.ones((*below.shape[:2], 1))], axis=2)
        return np.diff(edges, axis=2)

    own = shares(location, spread)
    if np.any(noise):
        own = (1 - noise)[..., None] * own + noise[..., None] * shares(location + noise_at, spread / 2)
    own = np.maximum(own, 0)
    return random.multinomial(windows, own / own.sum(axis=2, keepdims=True))


def _run_times(
    random: np.random.Generator, spread: FieldSpread, windows: Array, is_weekend: Array, slower: Array
) -> Array:
    """Returns the times of runs, [devices, days, 9]: devices differ by a factor, most of all by their board; days are
    warm or busy for one device or for all; and on one day in fifty a run of a device stalls."""
    devices, days = windows.shape
    boards = np.log((0.004, 0.02, 0.09))[np.arange(devices) * 7 % 3, None]
    own = boards + 0.15 * random.standard_normal((devices, 1))
    own_days = spread.device_day / 3 * random.standard_t(5, (devices, days)) / np.sqrt(5 / 3)
    means = slower * np.exp(own + own_days + _common_days(random, spread, is_weekend) / 3)
    below = special.ndtr(np.log(TIME_EDGES / means[..., None]) / 0.2 + 0.1)
    ends = np.zeros((devices, days, 1)), np.ones((devices, days, 1))
    shares = np.maximum(np.diff(np.concatenate([ends[0], below, ends[1]], axis=2), axis=2), 0)
    bins = random.multinomial(windows, shares / shares.sum(axis=2, keepdims=True)).astype(np.float64)
    stalls = (random.random((devices, days)) < 0.02) * (windows > 0) * random.exponential(2.0, (devices, days))
    bins += (stalls > 0)[..., None] * np.eye(TIME_BINS)[np.searchsorted(TIME_EDGES, stalls, side="right")]
    return np.concatenate([bins, (windows * means + stalls)[..., None]], axis=2)


def _raw(
    random: np.random.Generator, windows: Array, location: Array, spread: Array, noise: Array, noise_at: float
) -> Array:
    shape = (*windows.shape, int(windows.max()))
    is_noise = random.random(shape) < noise[..., None]
    values = random.standard_normal(shape) * np.where(is_noise, 0.5, 1.0) * spread[..., None] + location[..., None]
    values += noise_at * is_noise
    values[np.arange(shape[2]) >= windows[..., None]] = np.nan
    return values


def _binned(values: Array) -> Array:
    places = np.searchsorted(_EDGES, values, side="right")
    places[np.isnan(values)] = BINS
    rows = np.arange(values.shape[0] * values.shape[1]).reshape(*values.shape[:2], 1) * (BINS + 1)
    counts = np.bincount((places + rows).ravel(), minlength=values.shape[0] * values.shape[1] * (BINS + 1))
    return counts.reshape(*values.shape[:2], BINS + 1)[..., :BINS]
