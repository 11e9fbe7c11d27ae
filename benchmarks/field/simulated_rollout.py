"""A simulated fleet on its way to a new rune: devices with mixes of labels of their own, days and hours that differ,
and a new rune that may have a seeded fault."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from rune.assessment.guards.evidence import CountTable, DeviceSide, InstallCounts, PairTable, StageEvidence
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, Statistic, WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]

NAMES: Final = ("nothing", "speech", "knock", "glass")
SHARES: Final = np.array([0.614, 0.281, 0.103, 0.002])
SURE_EDGES: Final = tuple(np.linspace(0.3, 0.98, 15).tolist())
LEVEL_EDGES: Final = tuple(np.linspace(-1.7, 1.7, 15).tolist())
LAYOUT: Final = WatchLayout(
    LabelBins(NAMES, (0, 1, 2, 3)),
    ConfidenceBins(SURE_EDGES),
    (FeatureBins("audio", 0, Statistic.LEVEL, LEVEL_EDGES),),
)
PAST_DAYS: Final = 28
ANSWERS_A_DAY: Final = 350.0
"""Answers of a device and day: few, so that chance is large."""
HOURS: Final = 24
_RUN: Final = 40_000.0
"""Microseconds of a run."""


def _unchanged(mixes: Array) -> Array:
    return mixes


@dataclass(frozen=True)
class NewRune:
    """The behaviour of the new rune: the mixes that it answers with where the former one has mixes, [devices, labels],
    how many times as long a run takes, its restarts a day, and the part of the runs in which it disagrees by chance."""

    mix: Callable[[Array], Array] = _unchanged
    slowness: float = 1.0
    restarts: float = 0.0
    disagreement: float = 0.003


def swapped(mixes: Array) -> Array:
    """Returns mixes whose labels *speech* and *knock* are swapped."""
    return mixes[:, [0, 2, 1, 3]]


def random_on(share: float) -> Callable[[Array], Array]:
    """Returns the function of mixes that answers at random on a share of the inputs."""
    return partial(_mixed, share)


def _mixed(share: float, mixes: Array) -> Array:
    mixed: Array = (1 - share) * mixes + share / mixes.shape[1]
    return mixed


HARMLESS: Final = NewRune()


class SimulatedRollout:
    """Devices in the order in which they were drawn. `spread` is the standard deviation between devices of a share of
    one half; from day to day it is a quarter of that."""

    def __init__(self, seed: int, devices: int, spread: float, rune: NewRune = HARMLESS) -> None:
        self._random, self._rune, self._spread = np.random.default_rng(seed), rune, spread
        self._mixes = self._varied(np.tile(SHARES, (devices, 1)), spread)
        self._sure = _parts_between(SURE_EDGES, 0.88 + self._random.normal(0, 0.03, devices), 0.12)
        self._level = _parts_between(LEVEL_EDGES, self._random.normal(0, 0.5, devices), 1.0)
        self._slowness = np.exp(self._random.normal(0, 0.1, devices))
        self._memory = 66_000 * np.exp(self._random.normal(0, 0.03, devices))
        self._restart_rates = self._random.gamma(0.5, 0.06, devices)
        self._past = self._table(self._mixes, np.full(devices, ANSWERS_A_DAY * PAST_DAYS), 0)
        self.begin_stage(0)

    def begin_stage(self, devices: int) -> None:
        """Gives the new rune to the first devices. What was counted in the stage before is in no figure any more."""
        self.devices, self.hours = devices, 0
        self._today = self._varied(self._mixes, self._spread / 4)
        self._now = self._table(self._today, np.zeros(len(self._mixes)), 0)
        self._before = self._now
        self._restarts = np.zeros(len(self._mixes))
        self._pairs = np.zeros((len(self._mixes), len(NAMES), len(NAMES)))

    def hour(self) -> None:
        """Lets an hour pass. All devices have in common what the hour is like."""
        if self.hours and self.hours % HOURS == 0:
            self._today = self._varied(self._mixes, self._spread / 4)
        common = np.exp(self._random.normal(0, 0.15, len(NAMES)))
        mixes = self._today * common
        mixes /= mixes.sum(axis=1, keepdims=True)
        mixes[: self.devices] = self._rune.mix(mixes[: self.devices])
        answers = self._random.poisson(ANSWERS_A_DAY / HOURS, len(mixes)).astype(np.float64)
        table = self._table(mixes, answers, self.devices)
        self._before = self._now
        self._now = CountTable(
            LAYOUT,
            self._now.bins + table.bins,
            self._now.runs + table.runs,
            self._now.microseconds + table.microseconds,
            np.maximum(self._now.memory, table.memory),
        )
        rates = self._restart_rates.copy()
        rates[: self.devices] += self._rune.restarts
        self._restarts += self._random.poisson(rates / HOURS)
        self.hours += 1

    def shadow_hour(self) -> None:
        """Lets an hour pass in which all devices run both runes."""
        for place, former in enumerate(np.eye(len(NAMES))):
            answers = self._random.poisson(ANSWERS_A_DAY / HOURS * self._today[:, place])
            new = self._rune.mix(np.tile(former, (len(answers), 1)))
            new = (1 - self._rune.disagreement) * new + self._rune.disagreement / len(NAMES)
            self._pairs[:, place] += self._random.multinomial(answers, new)
        self.hours += 1

    def evidence(self, has_sent: np.ndarray[Any, np.dtype[np.bool_]] | None = None) -> StageEvidence:
        """Returns what is known after the hours of the stage, or once some devices have sent the last hour."""
        count = self.devices
        now = self._now if has_sent is None else _chosen(self._now, self._before, has_sent)
        return StageEvidence(
            InstallCounts(running=count, self_tests_passed=count),
            self._side(now, slice(0, count)),
            self._side(now, slice(count, None)),
            PairTable(NAMES, NAMES, self._pairs),
            whole_days=self.hours % HOURS == 0,
        )

    def _side(self, now: CountTable, rows: slice) -> DeviceSide:
        restarts = self._restarts[rows] / (self.hours / HOURS)
        return DeviceSide(_rows(now, rows), _rows(self._past, rows), restarts)

    def _table(self, mixes: Array, answers: Array, new_devices: int) -> CountTable:
        counts = answers.astype(np.int64)
        groups = [self._random.multinomial(counts, parts) for parts in (mixes, self._sure, self._level)]
        slowness = self._slowness.copy()
        slowness[:new_devices] *= self._rune.slowness
        memory = self._memory * np.exp(self._random.normal(0, 0.01, len(mixes)))
        return CountTable(
            LAYOUT,
            np.concatenate(groups, axis=1).astype(np.float64),
            answers,
            answers * _RUN * slowness,
            memory.round(),
        )

    def _varied(self, mixes: Array, spread: float) -> Array:
        scale = 2 * np.sqrt(mixes * (1 - mixes))
        varied = np.clip(mixes + self._random.normal(0, spread, mixes.shape) * scale, mixes / 4, None)
        result: Array = varied / varied.sum(axis=1, keepdims=True)
        return result


def _rows(table: CountTable, rows: slice) -> CountTable:
    return CountTable(table.layout, table.bins[rows], table.runs[rows], table.microseconds[rows], table.memory[rows])


def _chosen(table: CountTable, other: CountTable, is_of_table: np.ndarray[Any, np.dtype[np.bool_]]) -> CountTable:
    """Returns the rows of one table where that is asked for, and those of another one elsewhere."""
    figures = ((table.runs, other.runs), (table.microseconds, other.microseconds), (table.memory, other.memory))
    bins = np.where(is_of_table[:, None], table.bins, other.bins)
    return CountTable(table.layout, bins, *(np.where(is_of_table, first, second) for first, second in figures))


def _parts_between(edges: tuple[float, ...], means: Array, deviation: float) -> Array:
    """Returns the parts of normal numbers between edges, [devices, bins]."""
    below = np.vectorize(math.erf)((np.asarray(edges) - means[:, None]) / (deviation * math.sqrt(2)))
    parts: Array = np.diff(np.concatenate([-np.ones((len(means), 1)), below, np.ones((len(means), 1))], axis=1)) / 2
    return parts
