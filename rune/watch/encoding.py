"""The bytes of counts as they leave a device: `COUNTS_SIZE` bytes, whatever was counted.

Each group of bins shares an exponent, so that a day of 20 answers a second fits 16 bits a bin: the share of a bin is
exact to 1 in 65,535 of the fullest one. Everything else is little-endian, in this order:

| bytes | content |
| ---: | --- |
| 5 | the exponents of labels, confidence, first feature, second feature, time |
| 24 | 12 bins of labels |
| 32 | 16 bins of confidence |
| 32 | 16 bins of the first feature |
| 32 | 16 bins of the second feature |
| 16 | 8 bins of the time of a run |
| 4 | answers |
| 3 | microseconds of all runs: an exponent, and 16 bits |
| 2 | restarts, at most 65,535 |
| 4 | highest memory in KiB |

A bin that the layout does not have is 0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final

from rune.watch.counts import LARGEST, TIME_BINS, Counts
from rune.watch.layout import MOST_BINS, MOST_FEATURES, MOST_LABELS, WatchLayout
from rune.watch.scaling import scaled

BIN_WIDTHS: Final = (MOST_LABELS, MOST_BINS, *(MOST_BINS,) * MOST_FEATURES, TIME_BINS)
"""Bins of labels, confidence, each feature and time."""
_BINS: Final = struct.Struct(f"<{len(BIN_WIDTHS)}B{sum(BIN_WIDTHS)}H")
_TAIL: Final = struct.Struct("<IBHHI")
COUNTS_SIZE: Final = _BINS.size + _TAIL.size
_BITS: Final = 16
"""Bits of a bin."""
_MOST_EXPONENT: Final = 48
_MOST_RESTARTS: Final = 0xFFFF


class BadCounts(ValueError):
    """The bytes are no counts, or counts that this layout does not have."""


def encode(counts: Counts) -> bytes:
    """Returns the bytes of counts; what is larger than their room is written as the largest number."""
    groups = (counts.labels, counts.confidence, *counts.features, *((),) * (MOST_FEATURES - len(counts.features)))
    groups_scaled = [scaled([min(count, LARGEST) for count in group], _BITS) for group in (*groups, counts.time)]
    exponents = [exponent for exponent, _ in groups_scaled]
    bins = [
        value
        for (_, mantissas), width in zip(groups_scaled, BIN_WIDTHS, strict=True)
        for value in (*mantissas, *(0,) * (width - len(mantissas)))
    ]
    exponent, (time,) = scaled([counts.microseconds], _BITS)
    tail = (min(counts.answers, LARGEST), exponent, time, min(counts.restarts, _MOST_RESTARTS))
    return _BINS.pack(*exponents, *bins) + _TAIL.pack(*tail, min(counts.memory, LARGEST))


def decode(data: bytes, layout: WatchLayout) -> Counts:
    """Reads counts that anybody may have written. Raises `BadCounts` for other bytes than `encode` gives.

    Each count is as exact as its exponent allows.
    """
    if len(data) != COUNTS_SIZE:
        raise BadCounts(f"Counts are {COUNTS_SIZE} bytes, not {len(data)}.")
    values = _BINS.unpack_from(data)
    exponents, bins = values[: len(BIN_WIDTHS)], values[len(BIN_WIDTHS) :]
    answers, exponent, time, restarts, memory = _TAIL.unpack_from(data, _BINS.size)
    sizes = (*layout.sizes, *(0,) * (MOST_FEATURES - len(layout.features)), TIME_BINS)
    groups = list(_groups(exponents, bins, sizes))
    counts = Counts(
        groups[0],
        groups[1],
        tuple(groups[2 : 2 + len(layout.features)]),
        groups[-1],
        answers,
        _unscaled(exponent, [time])[0],
        restarts,
        memory,
    )
    if encode(counts) != data:
        raise BadCounts("Each count has one spelling, and this is another one.")
    return counts


def _groups(exponents: Sequence[int], bins: Sequence[int], sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    start = 0
    for exponent, width, size in zip(exponents, BIN_WIDTHS, sizes, strict=True):
        group = bins[start : start + width]
        if any(group[size:]):
            raise BadCounts("A bin that the rune does not have was counted.")
        yield _unscaled(exponent, group[:size])
        start += width


def _unscaled(exponent: int, mantissas: Sequence[int]) -> tuple[int, ...]:
    if exponent > _MOST_EXPONENT:
        raise BadCounts(f"An exponent is at most {_MOST_EXPONENT}.")
    return tuple(mantissa << exponent for mantissa in mantissas)
