"""The pairs of labels of an hour as they leave a device: the second kind of document of counts, of the same size.

While a rune runs beside the one that answers, the device counts which labels both gave to the same window.

| bytes | content |
| ---: | --- |
| 1 | the version, 1 |
| 1 | the kind: 2 for pairs of an hour |
| 2 | the day in UTC, as days since 2020-01-01 |
| 1 | the hour, 0 to 23 |
| 8 | the first bytes of the device's id |
| 8 | the first bytes of the digest of the rune that answers |
| 8 | the first bytes of the digest of the rune beside it |
| 149 | the pairs (`rune.watch.pairs`) |
| 64 | the signature of Ed25519 over the tag of counts and all bytes before |

Numbers are little-endian. A document has one spelling.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hmrd.protocol.counts import (
    DOCUMENT_SIZE,
    FIRST_DAY,
    ID_SIZE,
    TAG,
    UNSIGNED_SIZE,
    VERSION,
    BadDocument,
    CountedPeriod,
    CountsDocument,
)
from rune.watch.pairs import PAIRS_SIZE

KIND: Final = 2
_HEADER: Final = struct.Struct("<BBHB8s8s8s")
PAIRS_OFFSET: Final = _HEADER.size
_KIND_OFFSET: Final = 1


@dataclass(frozen=True)
class PairsDocument:
    """A document of pairs without its signature."""

    period: CountedPeriod
    """An hour."""
    device: bytes
    """`device_key` of the device's id."""
    rune: bytes
    """`rune_key` of the digest of the rune that answers."""
    beside: bytes
    """`rune_key` of the digest of the rune beside it."""
    pairs: bytes
    """`rune.watch.pairs.encode` of the pairs."""

    def __post_init__(self) -> None:
        sizes = (len(self.device), len(self.rune), len(self.beside), len(self.pairs))
        if sizes != (ID_SIZE, ID_SIZE, ID_SIZE, PAIRS_SIZE):
            raise BadDocument("A document of pairs has 8 bytes of a device, 8 of each rune and its pairs.")
        if self.period.hour is None:
            raise BadDocument("Pairs are those of an hour.")
        if self.rune == self.beside:
            raise BadDocument("A rune does not run beside itself.")

    @property
    def unsigned(self) -> bytes:
        """The bytes before the signature."""
        days, hour = (self.period.day - FIRST_DAY).days, self.period.hour or 0
        return _HEADER.pack(VERSION, KIND, days, hour, self.device, self.rune, self.beside) + self.pairs

    def signed(self, sign: Callable[[bytes], bytes]) -> bytes:
        """Returns the document. `sign` makes the 64 bytes of a signature of Ed25519."""
        return self.unsigned + sign(TAG + self.unsigned)

    @staticmethod
    def read_unsigned(data: bytes) -> PairsDocument:
        """Reads the bytes before the signature, which anybody may have written. Raises `BadDocument`."""
        if len(data) != UNSIGNED_SIZE:
            raise BadDocument(f"A document has {DOCUMENT_SIZE} bytes.")
        version, kind, days, hour, device, rune, beside = _HEADER.unpack_from(data)
        if version != VERSION or kind != KIND:
            raise BadDocument("The document is not one of pairs.")
        period = CountedPeriod(FIRST_DAY + timedelta(days=days), hour)
        return PairsDocument(period, device, rune, beside, data[PAIRS_OFFSET:])


AnyDocument = CountsDocument | PairsDocument


def read_unsigned_document(data: bytes) -> AnyDocument:
    """Reads the bytes before the signature of a document of any kind. Raises `BadDocument`."""
    if data[_KIND_OFFSET : _KIND_OFFSET + 1] == bytes([KIND]):
        return PairsDocument.read_unsigned(data)
    return CountsDocument.read_unsigned(data)


def read_document(data: bytes) -> AnyDocument:
    """Reads a document of any kind that anybody may have written, without comparing its signature. Raises
    `BadDocument`."""
    if len(data) != DOCUMENT_SIZE:
        raise BadDocument(f"A document has {DOCUMENT_SIZE} bytes, not {len(data)}.")
    return read_unsigned_document(data[:UNSIGNED_SIZE])
