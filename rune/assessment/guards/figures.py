"""The figures of devices in which guards look for differences, one number a device; nan where it counted too little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from rune.assessment.guards.evidence import CountTable, StageEvidence
from rune.assessment.guards.limits import GuardKind
from rune.statistics.binned import Array, BinScores, normal_scores
from rune.watch.layout import FeatureBins

MIN_DEVICE_WINDOWS: Final = 30
"""Answers of a device, below which it has no figure."""


@dataclass(frozen=True)
class FigureSide:
    """A figure of the devices on one side, [devices]: in the hours of the stage, and before it."""

    now: Array
    past: Array

    @property
    def changes(self) -> Array:
        """The differences from the past of each device that has one, [devices with both]."""
        changes = self.now - self.past
        return changes[np.isfinite(changes)]

    @property
    def known(self) -> Array:
        """The figures of the stage that are known, [devices with one]."""
        return self.now[np.isfinite(self.now)]


@dataclass(frozen=True)
class GuardFigure:
    """A figure of all devices; `subject` is its label or feature. `is_ratio` says that it is a logarithm, so that a
    difference says how many times as much one is."""

    kind: GuardKind
    subject: str
    moved: FigureSide
    stayed: FigureSide
    is_ratio: bool = False


def figures_of(kind: GuardKind, evidence: StageEvidence) -> Iterator[GuardFigure]:
    """Yields the figures of a guard: one a label or a feature of the new rune, or one in all.

    A label or a feature in other bins than the former rune's has no past, and no other devices to compare with.
    """
    layout = evidence.moved.now.layout
    match kind:
        case GuardKind.RESTARTS:
            new, others = evidence.moved.restarts, evidence.stayed.restarts
            yield GuardFigure(kind, "", _without_past(new), _without_past(others))
        case GuardKind.MEMORY:
            yield _figure(kind, "", evidence, lambda table: _log(table.memory), is_ratio=True)
        case GuardKind.TIME:
            yield _figure(kind, "", evidence, _log_time, is_ratio=True)
        case GuardKind.CONFIDENCE if layout.confidence is not None:
            yield _figure(kind, "", evidence, _confidence)
        case GuardKind.LABELS if layout.labels is not None:
            names = layout.labels.names
            # The shares add up to 1, so the last of two says nothing more.
            for name in names if len(names) > 2 else names[:1]:
                yield _figure(kind, name, evidence, _share_of(name))
        case GuardKind.DRIFT:
            for place, feature in enumerate(layout.features):
                yield _figure(kind, feature.name, evidence, _location_of(feature, _scores(evidence, place)))
        case _:
            return


def _figure(
    kind: GuardKind,
    subject: str,
    evidence: StageEvidence,
    read: Callable[[CountTable], Array],
    *,
    is_ratio: bool = False,
) -> GuardFigure:
    new, others = evidence.moved, evidence.stayed
    return GuardFigure(
        kind,
        subject,
        FigureSide(read(new.now), read(new.past)),
        FigureSide(read(others.now), read(others.past)),
        is_ratio,
    )


def _share_of(label: str) -> Callable[[CountTable], Array]:
    def read(table: CountTable) -> Array:
        labels = table.layout.labels
        if labels is None or label not in labels.names:
            return _nothing(table)
        bins = table.groups[0]
        return _divided(bins[:, labels.names.index(label)], bins.sum(axis=1))

    return read


def _confidence(table: CountTable) -> Array:
    """Returns the mean confidence, 0 to 1, each answer in the middle of its bin."""
    if table.layout.confidence is None:
        return _nothing(table)
    edges = np.array([0.0, *np.clip(table.layout.confidence.shares, 0, 1), 1.0])
    bins = table.groups[1]
    return _divided(bins @ ((edges[:-1] + edges[1:]) / 2), bins.sum(axis=1))


def _log_time(table: CountTable) -> Array:
    """Returns the logarithm of the mean microseconds of a run."""
    return _log(_divided(table.microseconds, table.runs))


def _location_of(feature: FeatureBins, scores: BinScores) -> Callable[[CountTable], Array]:
    def read(table: CountTable) -> Array:
        if feature not in table.layout.features:
            return _nothing(table)
        bins = table.groups[2 + table.layout.features.index(feature)]
        location, _ = scores.location_and_log_spread(bins)
        return np.where(bins.sum(axis=1) >= MIN_DEVICE_WINDOWS, location, np.nan)

    return read


def _scores(evidence: StageEvidence, place: int) -> BinScores:
    """Returns the scores of a feature's bins by the test samples; without those, by what the devices count now."""
    tests = () if evidence.reference is None else evidence.reference.features[place]
    return normal_scores(tests if sum(tests) else evidence.moved.now.groups[2 + place].sum(axis=0))


def _divided(values: Array, counts: Array) -> Array:
    """Returns values divided by counts; nan where there are too few."""
    result: Array = np.divide(values, counts, out=np.full(len(counts), np.nan), where=counts >= MIN_DEVICE_WINDOWS)
    return result


def _log(values: Array) -> Array:
    result: Array = np.log(values, out=np.full(len(values), np.nan), where=values > 0)
    return result


def _nothing(table: CountTable) -> Array:
    return np.full(len(table.runs), np.nan)


def _without_past(values: Array) -> FigureSide:
    return FigureSide(values, np.full(len(values), np.nan))
