"""The counts of a web page or an app as they leave it: a document of `PAGE_DOCUMENT_SIZE` bytes without a sender.

| bytes | content |
| ---: | --- |
| 1 | the version, 1 |
| 1 | the kind, 2 for a page; documents of devices are of the kinds 0 and 1 |
| 2 | the day in UTC, as days since 2020-01-01 |
| 8 | the first bytes of the digest of the rune |
| 154 | the counts (`rune.watch.encoding`), in which all that a device measures beside its answers is 0 |

Numbers are little-endian. There is no signature, no number of a person, a browser or a page, and no time finer than the
day. frontend/src/sdk/telemetry/document.ts writes the same bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rune.watch.description import described_bytes
from rune.watch.encoding import COUNTS_SIZE
from rune.watch.layout import WatchLayout

VERSION: Final = 1
KIND: Final = 2
_HEADER: Final = struct.Struct("<BBH8s")
_FIRST_DAY: Final = date(2020, 1, 1)
_KEY_SIZE: Final = 8
PAGE_DOCUMENT_SIZE: Final = _HEADER.size + COUNTS_SIZE
NEVER_OF_PAGES: Final = (
    "sound, pictures or anything else that an input gave",
    "an identifier of a person, a browser or a device",
    "the time of an answer",
    "the address of the page",
)
"""Things that the document of a page never has."""
_HEADER_FIELDS: Final = (
    (1, "version of this form"),
    (1, "kind: 2 a web page or an app"),
    (2, "day"),
    (_KEY_SIZE, "first bytes of the digest of the rune"),
)
_MACHINE_BYTES: Final = 9
"""The last bytes of counts: the time of all runs, restarts and memory. Before them are answers, of 4 bytes."""
_TIME_WORDS: Final = "inference time"
_NOTHING: Final = "always 0: a page does not measure it"


class BadPageDocument(ValueError):
    """The bytes are not a document of a page of this version."""


@dataclass(frozen=True)
class PageField:
    """Some bytes of a document, and what they mean."""

    offset: int
    size: int
    meaning: str
    is_counted: bool = True
    """False of the bytes that say of what the counts are, and of those that are always 0."""


@dataclass(frozen=True)
class PageDocument:
    """A document of a page."""

    day: date
    rune: bytes
    """`hmrd.protocol.counts.rune_key` of the digest of the rune's bytes."""
    counts: bytes
    """`rune.watch.encoding.encode` of the counts."""

    @property
    def data(self) -> bytes:
        """All bytes."""
        return _HEADER.pack(VERSION, KIND, (self.day - _FIRST_DAY).days, self.rune) + self.counts

    @staticmethod
    def read(data: bytes) -> PageDocument:
        """Reads bytes that anybody may have written. Raises `BadPageDocument`."""
        if len(data) != PAGE_DOCUMENT_SIZE:
            raise BadPageDocument(f"A document of a page has {PAGE_DOCUMENT_SIZE} bytes, not {len(data)}.")
        version, kind, days, rune = _HEADER.unpack_from(data)
        if version != VERSION or kind != KIND:
            raise BadPageDocument(f"This is a document of version {version} and kind {kind}, not of a page.")
        return PageDocument(_FIRST_DAY + timedelta(days=days), rune, data[_HEADER.size :])


def page_fields(layout: WatchLayout) -> tuple[PageField, ...]:
    """Returns the fields of a document about a rune that counts in this layout: all bytes, in their order."""
    fields: list[PageField] = []
    for size, meaning in _HEADER_FIELDS:
        last = fields[-1] if fields else None
        fields.append(PageField(last.offset + last.size if last else 0, size, meaning, is_counted=False))
    machine = PAGE_DOCUMENT_SIZE - _MACHINE_BYTES
    for each in described_bytes(layout, _HEADER.size):
        is_measured = each.offset < machine and _TIME_WORDS not in each.meaning
        meaning = each.meaning if is_measured else f"{each.meaning}; {_NOTHING}"
        fields.append(PageField(each.offset, each.size, meaning, is_measured))
    return tuple(fields)
