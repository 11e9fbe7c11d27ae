"""Pairs of labels: what a rune that answers and one that runs beside it made of the same windows.

The bytes of pairs are `PAIRS_SIZE`, whatever was counted, little-endian, in this order:

| bytes | content |
| ---: | --- |
| 3 | windows that were not compared: an exponent, and 16 bits |
| 1 | the exponent of the pairs that agree |
| 1 | the exponent of the other pairs |
| 144 | 12 times 12 pairs of 8 bits: for each label of the rune that answers 12 of the one beside |

The pairs that agree have an exponent of their own, so that few that differ are not lost beside many that agree: in an
hour, up to 255 of each are exact. Beyond, a pair is exact to 1 in 255 of the fullest one of its exponent. A pair that
the two runes do not have is 0.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rune.watch.counts import LARGEST
from rune.watch.encoding import BadCounts
from rune.watch.layout import MOST_LABELS, LabelBins
from rune.watch.scaling import scaled

_MISSED: Final = struct.Struct("<BH")
_PAIRS: Final = struct.Struct(f"<BB{MOST_LABELS * MOST_LABELS}s")
PAIRS_SIZE: Final = _MISSED.size + _PAIRS.size
_BITS: Final = 8
_MISSED_BITS: Final = 16


class PairsUnlike(ValueError):
    """Pairs of other labels cannot be added."""


@dataclass(frozen=True)
class PairBins:
    """The names of the bins of labels of both runes, which are matched by their names."""

    answering: tuple[str, ...]
    beside: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises `BadCounts` for more bins than a rune can have."""
        if not all(1 <= len(names) <= MOST_LABELS for names in (self.answering, self.beside)):
            raise BadCounts(f"1 to {MOST_LABELS} bins of labels are counted.")

    @staticmethod
    def of(answering: LabelBins, beside: LabelBins) -> PairBins:
        """Returns the bins of two runes."""
        return PairBins(answering.names, beside.names)

    def agree(self, answering: int, beside: int) -> bool:
        """Returns whether two bins have the same name."""
        return self.answering[answering] == self.beside[beside]


@dataclass(frozen=True)
class LabelPairs:
    """The counts of pairs: a row for each label of the rune that answers, with a count for each label of the rune
    beside it. `missed` are windows with an answer that were not compared, because the rune beside was not ready or
    had no answer."""

    counts: tuple[tuple[int, ...], ...]
    missed: int = 0

    @staticmethod
    def empty(bins: PairBins) -> LabelPairs:
        """Returns the pairs of no window."""
        return LabelPairs(((0,) * len(bins.beside),) * len(bins.answering))

    @property
    def compared(self) -> int:
        """The number of windows that were compared."""
        return sum(map(sum, self.counts))

    def fits(self, bins: PairBins) -> bool:
        """Returns whether they are pairs of these bins."""
        return len(self.counts) == len(bins.answering) and all(len(row) == len(bins.beside) for row in self.counts)

    def agreeing(self, bins: PairBins) -> int:
        """Returns in how many windows both labels had the same name."""
        return sum(
            count for one, row in enumerate(self.counts) for other, count in enumerate(row) if bins.agree(one, other)
        )

    def __add__(self, other: LabelPairs) -> LabelPairs:
        """Returns the pairs of both. Raises `PairsUnlike` where their bins differ."""
        if [*map(len, self.counts)] != [*map(len, other.counts)]:
            raise PairsUnlike("These are pairs of other labels.")
        counts = tuple(
            tuple(left + right for left, right in zip(one, another, strict=True))
            for one, another in zip(self.counts, other.counts, strict=True)
        )
        return LabelPairs(counts, self.missed + other.missed)


def encode(pairs: LabelPairs, bins: PairBins) -> bytes:
    """Returns the bytes of pairs; what is larger than its room is written as the largest number. Raises `BadCounts`
    for pairs of other bins."""
    if not pairs.fits(bins):
        raise BadCounts("These are pairs of other labels.")
    exponent, (mantissa,) = scaled([min(pairs.missed, LARGEST)], _MISSED_BITS)
    mantissas = bytearray(MOST_LABELS * MOST_LABELS)
    exponents = []
    for is_agreeing in (True, False):
        places = _places(bins, is_agreeing=is_agreeing)
        counts = [min(pairs.counts[one][other], LARGEST) for one, other in places]
        common_exponent, numbers = scaled(counts, _BITS)
        exponents.append(common_exponent)
        for (one, other), number in zip(places, numbers, strict=True):
            mantissas[one * MOST_LABELS + other] = number
    return _MISSED.pack(exponent, mantissa) + _PAIRS.pack(*exponents, bytes(mantissas))


def decode(data: bytes, bins: PairBins) -> LabelPairs:
    """Reads pairs that anybody may have written. Raises `BadCounts` for other bytes than `encode` gives.

    Each count is as exact as its exponent allows.
    """
    if len(data) != PAIRS_SIZE:
        raise BadCounts(f"Pairs are {PAIRS_SIZE} bytes, not {len(data)}.")
    missed_exponent, mantissa = _MISSED.unpack_from(data)
    agreeing, other, mantissas = _PAIRS.unpack_from(data, _MISSED.size)
    if max(missed_exponent, agreeing, other) > LARGEST.bit_length():
        raise BadCounts("An exponent is larger than any count.")
    counts = tuple(
        tuple(
            mantissas[one * MOST_LABELS + another] << (agreeing if bins.agree(one, another) else other)
            for another in range(len(bins.beside))
        )
        for one in range(len(bins.answering))
    )
    pairs = LabelPairs(counts, mantissa << missed_exponent)
    if encode(pairs, bins) != data:
        raise BadCounts("Pairs have one spelling, and this is another one.")
    return pairs


def _places(bins: PairBins, *, is_agreeing: bool) -> Sequence[tuple[int, int]]:
    """Returns the pairs of bins whose names are the same, or those whose names differ."""
    return [
        (one, other)
        for one in range(len(bins.answering))
        for other in range(len(bins.beside))
        if bins.agree(one, other) is is_agreeing
    ]
