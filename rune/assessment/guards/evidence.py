"""The evidence of a stage: what devices counted with the new rune, what others counted in the same hours without it,
and what each counted before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rune.statistics.binned import Array
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout


@dataclass(frozen=True)
class CountTable:
    """The counts of devices over some time, in the bins of one rune. A device that counted nothing has zeros.

    `bins` are [devices, bins] of labels, confidence and features, in the order of the layout; `runs`, `microseconds` of
    all runs and the highest `memory` in KiB are [devices].
    """

    layout: WatchLayout
    bins: Array
    runs: Array
    microseconds: Array
    memory: Array

    @staticmethod
    def of(layout: WatchLayout, counts: Sequence[Counts | None]) -> CountTable:
        """Returns the table of the counts of devices. Raises `ValueError` for counts in other bins."""
        nothing = Counts.empty(layout)
        rows = [nothing if each is None else each for each in counts]
        if not all(each.fits(layout) for each in rows):
            raise ValueError("The counts are in other bins than the layout's.")
        bins = [each.labels + each.confidence + sum(each.features, ()) for each in rows]
        return CountTable(
            layout,
            np.array(bins, np.float64).reshape(len(rows), sum(layout.sizes)),
            np.array([sum(each.time) for each in rows], np.float64),
            np.array([each.microseconds for each in rows], np.float64),
            np.array([each.memory for each in rows], np.float64),
        )

    @property
    def groups(self) -> tuple[Array, ...]:
        """The bins of labels, of confidence and of each feature, each [devices, bins]."""
        ends = np.cumsum(self.layout.sizes)
        return tuple(self.bins[:, end - size : end] for end, size in zip(ends, self.layout.sizes, strict=True))

    @property
    def answers(self) -> int:
        """The answers of all devices: those with a label, or the runs of a rune without labels."""
        return int((self.groups[0] if self.layout.labels is not None else self.runs).sum())


@dataclass(frozen=True)
class DeviceSide:
    """The devices on one side of a comparison: what they counted in the hours of the stage (`now`), and before it with
    the former rune (`past`), of the same devices in the same order. `restarts` are those of a day, [devices]; nan where
    a device does not say."""

    now: CountTable
    past: CountTable
    restarts: Array
    devices: tuple[str, ...] = ()
    """The keys of the devices, where it matters which device is which."""


@dataclass(frozen=True)
class InstallCounts:
    """The devices of a stage by how their installation ended. Those that are still on their way are in neither."""

    running: int = 0
    failed: int = 0
    """Devices that refused the rune, gave up, or fell back from it."""
    self_tests_passed: int = 0
    self_tests_failed: int = 0


@dataclass(frozen=True)
class PairTable:
    """The answers of both runes on the same inputs: `counts` are [devices, former labels, new labels]."""

    former: tuple[str, ...]
    new: tuple[str, ...]
    counts: Array
    missed: int = 0
    """Inputs of all devices on which the new rune gave no answer, so that none was compared."""
    devices: tuple[str, ...] = ()
    """The keys of the devices, where it matters which device is which."""

    @property
    def agreements(self) -> Array:
        """The runs of each device in which both gave the label of the same name, [devices]."""
        is_same = np.array([[one == other for other in self.new] for one in self.former], bool)
        return np.asarray(self.counts[:, is_same].sum(axis=1), np.float64)


@dataclass(frozen=True)
class StageEvidence:
    """All that a stage is judged by. Without telemetry, `moved` and `stayed` have restarts alone."""

    installs: InstallCounts
    moved: DeviceSide
    stayed: DeviceSide
    pairs: PairTable | None = None
    """The answers of both runes by pairs of labels; None if the stage is no shadow."""
    reference: Counts | None = None
    """The counts of the test samples of the new rune; None without."""
    is_counted: bool = True
    """Whether the deployment counts. Without, only installations, self-tests and restarts are judged."""
    whole_days: bool = field(default=False)
    """Whether the hours of the stage so far are whole days, so that days before can be compared with them."""
