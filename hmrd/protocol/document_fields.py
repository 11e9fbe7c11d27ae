"""The bytes of a document of counts, field by field, for people who want to know what leaves a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hmrd.protocol.counts import HEADER_SIZE, SIGNATURE_SIZE, UNSIGNED_SIZE
from hmrd.protocol.pairs import PAIRS_OFFSET
from rune.watch.description import ByteField, described_bytes, described_pairs
from rune.watch.layout import WatchLayout
from rune.watch.pairs import PairBins

NEVER: Final = (
    "sound, pictures or anything else that an input gave",
    "tensors, outputs or debug texts of a rune",
    "the time of an answer",
    "places, addresses or names of people",
)
"""Things that a document never has."""


@dataclass(frozen=True)
class DocumentField:
    """Some bytes of a document."""

    offset: int
    size: int
    meaning: str
    is_counted: bool = True
    """False of the bytes that say whose the counts are, and of what, and prove it."""

    @property
    def end(self) -> int:
        """The offset of the byte after it."""
        return self.offset + self.size


_COMMON: Final = (
    (1, "version of this form"),
    (1, "kind: 0 a day, 1 an hour, 2 pairs of an hour"),
    (2, "day"),
    (1, "hour, 0 in a document for a day"),
    (8, "first bytes of the number of the device"),
    (8, "first bytes of the digest of the rune"),
)
_COUNTS: Final = (*_COMMON, (3, "zeros"))
_PAIRS: Final = (*_COMMON, (8, "first bytes of the digest of the rune that runs beside it"))


def document_fields(layout: WatchLayout | None) -> tuple[DocumentField, ...]:
    """Returns the fields of a document about a rune that counts in this layout: all bytes, in their order. Without a
    layout, the rune has no bins."""
    return _fields(_COUNTS, described_bytes(layout or WatchLayout(None, None), HEADER_SIZE))


def pairs_fields(bins: PairBins | None) -> tuple[DocumentField, ...]:
    """Returns the fields of a document of pairs of two runes with these labels: all bytes, in their order. Without
    `bins`, the labels are not known."""
    return _fields(_PAIRS, described_pairs(bins, PAIRS_OFFSET))


def _fields(header: Iterable[tuple[int, str]], contents: Iterable[ByteField]) -> tuple[DocumentField, ...]:
    fields: list[DocumentField] = []
    for size, meaning in header:
        fields.append(DocumentField(fields[-1].end if fields else 0, size, meaning, is_counted=False))
    fields += [DocumentField(each.offset, each.size, each.meaning) for each in contents]
    fields.append(DocumentField(UNSIGNED_SIZE, SIGNATURE_SIZE, "signature of the device", is_counted=False))
    return tuple(fields)
