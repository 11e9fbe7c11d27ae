"""Drift by what goes in: the distance of each feature of the field from the build's test samples. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forge.telemetry.watch.series import CountedPart
from rune.watch.counts import Counts

AXIS: Final = 300.0
"""Units of the drawing: the distance 0 is at 0, and 1 at the end."""
LEAST_ANSWERS: Final = 300
"""Answers below which a distance says little."""


@dataclass(frozen=True)
class DriftDot:
    """The distance of a version, as a place on the axis and in words."""

    version: str
    place: float
    text: str


@dataclass(frozen=True)
class DriftRow:
    """A feature, with a dot for each version, the oldest first."""

    name: str
    dots: tuple[DriftDot, ...]


def distance(reference: Sequence[int], counts: Sequence[int]) -> float | None:
    """Returns the largest difference of the shares below an edge, 0 to 1 (Kolmogorov's distance on bins); None where
    either has no counts."""
    totals = sum(reference), sum(counts)
    if not all(totals):
        return None
    below, largest = [0, 0], 0.0
    for pair in zip(reference, counts, strict=True):
        below = [below[0] + pair[0], below[1] + pair[1]]
        largest = max(largest, abs(below[0] / totals[0] - below[1] / totals[1]))
    return largest


def drift_rows(parts: Sequence[CountedPart], references: Mapping[str, Counts]) -> tuple[DriftRow, ...]:
    """Returns a row for confidence and for each feature. `parts` have one for each version, the oldest first;
    `references` are the counts of the test samples by version."""
    dots: dict[str, list[DriftDot]] = {}
    for part in parts:
        reference = references.get(part.version)
        if reference is None or part.counts.answers < LEAST_ANSWERS or not reference.fits(part.layout):
            continue
        for name, before, after in _groups(part, reference):
            value = distance(before, after)
            if value is not None:
                dots.setdefault(name, []).append(DriftDot(part.version, round(AXIS * value, 1), f"{value:.2f}"))
    return tuple(DriftRow(name, tuple(some)) for name, some in dots.items())


def _groups(part: CountedPart, reference: Counts) -> list[tuple[str, Sequence[int], Sequence[int]]]:
    names = [feature.name for feature in part.layout.features]
    groups: list[tuple[str, Sequence[int], Sequence[int]]] = [
        (name[:1].upper() + name[1:], before, after)
        for name, before, after in zip(names, reference.features, part.counts.features, strict=True)
    ]
    return [*groups, ("Confidence", reference.confidence, part.counts.confidence)]
