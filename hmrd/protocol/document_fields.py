"""The bytes of a document of counts, field by field, for people who want to know what leaves a device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hmrd.protocol.counts import HEADER_SIZE, SIGNATURE_SIZE, UNSIGNED_SIZE
from rune.watch.description import described_bytes
from rune.watch.layout import WatchLayout

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


_HEADER: Final = (
    (1, "version of this form"),
    (1, "kind: 0 a day, 1 an hour"),
    (2, "day"),
    (1, "hour, 0 in a document for a day"),
    (8, "first bytes of the number of the device"),
    (8, "first bytes of the digest of the rune"),
    (3, "zeros"),
)


def document_fields(layout: WatchLayout | None) -> tuple[DocumentField, ...]:
    """Returns the fields of a document about a rune that counts in this layout: all bytes, in their order. Without a
    layout, the rune has no bins."""
    fields: list[DocumentField] = []
    for size, meaning in _HEADER:
        fields.append(DocumentField(fields[-1].end if fields else 0, size, meaning, is_counted=False))
    for each in described_bytes(layout or WatchLayout(None, None), HEADER_SIZE):
        fields.append(DocumentField(each.offset, each.size, each.meaning))
    fields.append(DocumentField(UNSIGNED_SIZE, SIGNATURE_SIZE, "signature of the device", is_counted=False))
    return tuple(fields)
