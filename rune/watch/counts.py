"""Counts of the answers of a rune, in the bins of its layout. Merging is addition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rune.watch.layout import TIME_EDGES, WatchLayout

TIME_BINS: Final = len(TIME_EDGES) + 1
LARGEST: Final = 2**32 - 1
"""The largest count of a device. A count that has reached it stays."""


@dataclass(frozen=True)
class Counts:
    """The counts of a day, an hour, or of samples.

    The rune counts `labels`, `confidence` and `features`, to the same bits everywhere. The rest is of the machine that
    runs it: `time` in the bins of `TIME_EDGES`, the `microseconds` of all runs, the `restarts` of the rune, and the
    highest `memory` in KiB. What a machine does not measure is 0.
    """

    labels: tuple[int, ...] = ()
    confidence: tuple[int, ...] = ()
    features: tuple[tuple[int, ...], ...] = ()
    time: tuple[int, ...] = (0,) * TIME_BINS
    answers: int = 0
    microseconds: int = 0
    restarts: int = 0
    memory: int = 0

    @staticmethod
    def empty(layout: WatchLayout) -> Counts:
        """Returns the counts of no answer."""
        labels, confidence, *features = layout.sizes
        return Counts((0,) * labels, (0,) * confidence, tuple((0,) * size for size in features))

    def fits(self, layout: WatchLayout) -> bool:
        """Returns whether they are in the bins of a layout."""
        sizes = (len(self.labels), len(self.confidence), *map(len, self.features))
        return sizes == layout.sizes and len(self.time) == TIME_BINS

    def __add__(self, other: Counts) -> Counts:
        """Returns the counts of both. Raises `ValueError` where their bins differ."""
        return Counts(
            _sums(self.labels, other.labels),
            _sums(self.confidence, other.confidence),
            tuple(_sums(one, another) for one, another in zip(self.features, other.features, strict=True)),
            _sums(self.time, other.time),
            self.answers + other.answers,
            self.microseconds + other.microseconds,
            self.restarts + other.restarts,
            max(self.memory, other.memory),
        )


def _sums(one: tuple[int, ...], another: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(left + right for left, right in zip(one, another, strict=True))
