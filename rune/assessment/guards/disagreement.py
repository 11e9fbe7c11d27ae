"""The disagreement of two runes that ran on the same input: the pairs of labels, with ranges by device. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rune.assessment.guards.evidence import PairTable
from rune.statistics.binned import Array
from rune.statistics.intervals import Share
from rune.statistics.not_judged import NotJudged
from rune.statistics.pooled_share import pooled_share


@dataclass(frozen=True)
class CountedWindows:
    """Some of the windows that were compared, and the devices that have one at least."""

    windows: int
    devices: int
    share: Share | None
    """The part of all windows with its 95 % range; None where too few devices have one for a range."""


@dataclass(frozen=True)
class LabelPair:
    """The windows in which the former rune gave one label and the new one another."""

    former: str
    new: str
    counted: CountedWindows


@dataclass(frozen=True)
class Disagreement:
    """The windows in which both runes disagree, by pair of labels, the most frequent first."""

    windows: int
    """The windows that were compared."""
    devices: int
    """The devices that compared one at least."""
    missed: int
    """The windows that were not compared, because the new rune was not ready or had no answer."""
    differing: CountedWindows
    """The windows in which both disagree, whatever the labels."""
    pairs: tuple[LabelPair, ...]


def disagreement_of(table: PairTable) -> Disagreement:
    """Returns where both runes of a table disagree."""
    totals = table.counts.sum(axis=(1, 2))
    is_known = totals > 0
    known_totals = totals[is_known]
    pairs = sorted(_pairs(table, table.counts[is_known], known_totals), key=lambda each: -each.counted.windows)
    differing = known_totals - table.agreements[is_known]
    return Disagreement(
        int(known_totals.sum()), len(known_totals), table.missed, _counted(differing, known_totals), tuple(pairs)
    )


def _pairs(table: PairTable, counts: Array, totals: Array) -> Iterator[LabelPair]:
    for row, former in enumerate(table.former):
        for column, new in enumerate(table.new):
            if former != new and counts[:, row, column].any():
                yield LabelPair(former, new, _counted(counts[:, row, column], totals))


def _counted(counts: Array, totals: Array) -> CountedWindows:
    share = pooled_share(counts, totals)
    return CountedWindows(
        int(counts.sum()), int(np.count_nonzero(counts)), None if isinstance(share, NotJudged) else share
    )
