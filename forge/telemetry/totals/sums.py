"""Sums of counts as a row of integers, which are added with NumPy. Each kind of count has a place of its own."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.watch.counts import TIME_BINS, Counts
from rune.watch.encoding import BIN_WIDTHS
from rune.watch.layout import MOST_FEATURES, WatchLayout

Sums = NDArray[np.int64]

_STARTS: Final = (0, *accumulate(BIN_WIDTHS))
_BINS: Final = _STARTS[-1]
ADDED: Final = _BINS + 3
"""Numbers that are added: the bins, answers, microseconds and restarts."""
WIDTH: Final = ADDED + 1
"""All numbers: the last one is the highest memory."""
_TYPE: Final = np.dtype("<i8")


def sums_of(counts: Counts) -> Sums:
    """Returns the counts of one document as a row."""
    row: Sums = np.zeros(WIDTH, _TYPE)
    groups = (counts.labels, counts.confidence, *counts.features, *((),) * (MOST_FEATURES - len(counts.features)))
    for start, group in zip(_STARTS, (*groups, counts.time), strict=False):
        row[start : start + len(group)] = group
    row[_BINS:] = (counts.answers, counts.microseconds, counts.restarts, counts.memory)
    return row


def counts_of(row: Sums, layout: WatchLayout) -> Counts:
    """Returns the counts that a row is, of a rune that counts in a layout."""
    sizes = (*layout.sizes, *(0,) * (MOST_FEATURES - len(layout.features)), TIME_BINS)
    groups = [tuple(row[start : start + size].tolist()) for start, size in zip(_STARTS, sizes, strict=False)]
    answers, microseconds, restarts, memory = row[_BINS:].tolist()
    return Counts(
        groups[0],
        groups[1],
        tuple(groups[2 : 2 + len(layout.features)]),
        groups[-1],
        answers,
        microseconds,
        restarts,
        memory,
    )


def merged(rows: Iterable[Sums]) -> Sums:
    """Returns the sum of at least one row; of the memory, the highest."""
    table = np.stack(list(rows))
    total: Sums = table.sum(axis=0)
    total[ADDED] = table[:, ADDED].max()
    return total


def to_bytes(row: Sums) -> bytes:
    """Returns a row as the database has it."""
    return row.astype(_TYPE).tobytes()


def from_bytes(data: bytes | memoryview) -> Sums:
    """Returns a row of the database."""
    return np.frombuffer(bytes(data), _TYPE)
