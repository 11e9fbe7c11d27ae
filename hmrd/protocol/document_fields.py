"""The bytes of a document of counts, field by field, for people who want to know what leaves a device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hmrd.protocol.counts import DOCUMENT_SIZE
from rune.watch.counts import TIME_BINS
from rune.watch.layout import MOST_BINS, MOST_FEATURES, MOST_LABELS, WatchLayout

NEVER: Final = (
    "sound, pictures or anything else that an input gave",
    "tensors, outputs or debug texts of a rune",
    "the time of an answer",
    "places, addresses or names of people",
)
"""Things that a document never has."""
_BIN: Final = 2


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


def document_fields(layout: WatchLayout | None) -> tuple[DocumentField, ...]:
    """Returns the fields of a document about a rune that counts in this layout: all bytes, in their order. Without a
    layout, the bins have no names."""
    fields: list[DocumentField] = []
    for size, meaning, is_counted in _fields(layout):
        fields.append(DocumentField(fields[-1].end if fields else 0, size, meaning, is_counted))
    if fields[-1].end != DOCUMENT_SIZE:
        raise ValueError("the fields are not those of a document")
    return tuple(fields)


def _fields(layout: WatchLayout | None) -> Iterator[tuple[int, str, bool]]:
    yield 1, "version of this form", False
    yield 1, "kind: 0 a day, 1 an hour", False
    yield 2, "day", False
    yield 1, "hour, 0 in a document for a day", False
    yield 8, "first bytes of the number of the device", False
    yield 8, "first bytes of the digest of the rune", False
    yield 3, "zeros", False
    yield 5, "units of the five groups below, as powers of 2", True
    yield from _unnamed_bins() if layout is None else _bins(layout)
    yield _BIN * TIME_BINS, f"time of a run, in {TIME_BINS} steps", True
    yield 4, "answers of the rune", True
    yield 3, "time of all runs together", True
    yield 2, "how often the rune was started again", True
    yield 4, "highest memory of the program, in KiB", True
    yield 64, "signature of the device", False


def _unnamed_bins() -> Iterator[tuple[int, str, bool]]:
    yield _BIN * MOST_LABELS, "answers, by label", True
    yield _BIN * MOST_BINS, "how sure the answers were", True
    for number in range(MOST_FEATURES):
        yield _BIN * MOST_BINS, f"feature {number + 1} of what the rune hears or sees, in steps", True


def _bins(layout: WatchLayout) -> Iterator[tuple[int, str, bool]]:
    names = layout.labels.names if layout.labels else ()
    yield from ((_BIN, f"answers: {name}", True) for name in names)
    yield from _unused(MOST_LABELS - len(names), "labels that the rune does not have")
    shares = layout.confidence.shares if layout.confidence else ()
    bins = len(shares) + 1 if layout.confidence else 0
    yield from _group(bins, "how sure the answers were" + (f", in {bins} steps" if bins else ""), "confidence")
    for feature in layout.features:
        yield from _group(len(feature.edges) + 1, f"{feature.name}, in {len(feature.edges) + 1} steps", feature.name)
    yield from _unused(MOST_BINS * (MOST_FEATURES - len(layout.features)), "features that the rune does not have")


def _group(bins: int, meaning: str, name: str) -> Iterator[tuple[int, str, bool]]:
    if bins:
        yield _BIN * bins, meaning, True
    yield from _unused(MOST_BINS - bins, f"steps of {name} that the rune does not have")


def _unused(bins: int, what: str) -> Iterator[tuple[int, str, bool]]:
    if bins:
        yield _BIN * bins, f"zeros: {what}", False
