"""The counts of a day as they leave a device: a document of `DOCUMENT_SIZE` bytes, which the device's key signed.

A document of kind 2, the pairs of an hour, is described in `hmrd.protocol.pairs`.

| bytes | content |
| ---: | --- |
| 1 | the version, 1 |
| 1 | the kind: 0 for a day, 1 for an hour |
| 2 | the day in UTC, as days since 2020-01-01 |
| 1 | the hour, 0 to 23; 0 in a document for a day |
| 8 | the first bytes of the device's id |
| 8 | the first bytes of the digest of the rune |
| 3 | zeros |
| 154 | the counts (`rune.watch.encoding`) |
| 64 | the signature of Ed25519 over the tag of this message and all bytes before |

Numbers are little-endian. A document has one spelling. It has no input, no tensor, no text and no time finer than the
day, or than the hour while a rollout tries the device.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hmrd.protocol.keys import verifies
from hmrd.protocol.reading import BadDeviceMessage, Fields
from rune.digests import is_digest
from rune.watch.encoding import COUNTS_SIZE

VERSION: Final = 1
_HEADER: Final = struct.Struct("<BBHB8s8s3s")
HEADER_SIZE: Final = _HEADER.size
SIGNATURE_SIZE: Final = 64
UNSIGNED_SIZE: Final = HEADER_SIZE + COUNTS_SIZE
DOCUMENT_SIZE: Final = UNSIGNED_SIZE + SIGNATURE_SIZE
LARGEST_DOCUMENT: Final = 256
"""Bytes that no version of a document may exceed."""
MOST_DOCUMENTS: Final = 64
"""Documents of one request."""
LARGEST_COUNTS: Final = 32 * 1024
"""Bytes of a `CountsMessage`, and of the answer, as JSON."""
MOST_DAYS: Final = 60
"""Days whose documents a device keeps until it has sent them."""
TAG: Final = b"hammer-forge device counts v1\0"
FIRST_DAY: Final = date(2020, 1, 1)
ID_SIZE: Final = 8
_ZEROS: Final = b"\0\0\0"
_HOURS: Final = 24
_LONGEST_DETAIL: Final = 300


class BadDocument(ValueError):
    """The bytes are not a document of this version."""


@dataclass(frozen=True, order=True)
class CountedPeriod:
    """A day in UTC, or an hour of one."""

    day: date
    hour: int | None = None
    """The hour; None for the whole day."""

    def __post_init__(self) -> None:
        if not 0 <= (self.day - FIRST_DAY).days <= 0xFFFF:
            raise BadDocument("The day cannot be written.")
        if self.hour is not None and not 0 <= self.hour < _HOURS:
            raise BadDocument("An hour is a number from 0 to 23.")

    @property
    def begin(self) -> datetime:
        """The moment at which it begins."""
        return datetime(self.day.year, self.day.month, self.day.day, self.hour or 0, tzinfo=UTC)

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return timedelta(days=1) if self.hour is None else timedelta(hours=1)

    @property
    def end(self) -> datetime:
        """The moment at which it is over."""
        return self.begin + self.length

    @property
    def name(self) -> str:
        """`2026-12-01`, or `2026-12-01T09` of an hour."""
        return self.day.isoformat() + ("" if self.hour is None else f"T{self.hour:02}")


@dataclass(frozen=True)
class CountsDocument:
    """A document without its signature."""

    period: CountedPeriod
    device: bytes
    """`device_key` of the device's id."""
    rune: bytes
    """`rune_key` of the digest of the rune's bytes."""
    counts: bytes
    """`rune.watch.encoding.encode` of the counts."""

    def __post_init__(self) -> None:
        if (len(self.device), len(self.rune), len(self.counts)) != (ID_SIZE, ID_SIZE, COUNTS_SIZE):
            raise BadDocument("A document has 8 bytes of a device, 8 of a rune and its counts.")

    @property
    def unsigned(self) -> bytes:
        """The bytes before the signature."""
        period = self.period
        days, is_hour = (period.day - FIRST_DAY).days, period.hour is not None
        head = _HEADER.pack(VERSION, int(is_hour), days, period.hour or 0, self.device, self.rune, _ZEROS)
        return head + self.counts

    def signed(self, sign: Callable[[bytes], bytes]) -> bytes:
        """Returns the document. `sign` makes the 64 bytes of a signature of Ed25519."""
        return self.unsigned + sign(TAG + self.unsigned)

    @staticmethod
    def read_unsigned(data: bytes) -> CountsDocument:
        """Reads the bytes before the signature, which anybody may have written. Raises `BadDocument`."""
        if len(data) != UNSIGNED_SIZE:
            raise BadDocument(f"A document has {DOCUMENT_SIZE} bytes.")
        version, kind, days, hour, device, rune, zeros = _HEADER.unpack_from(data)
        if version != VERSION:
            raise BadDocument(f"Documents of version {version} are not known.")
        if kind > 1 or (kind == 0 and hour) or zeros != _ZEROS:
            raise BadDocument("The document has another spelling than the one of its counts.")
        period = CountedPeriod(FIRST_DAY + timedelta(days=days), hour if kind else None)
        return CountsDocument(period, device, rune, data[HEADER_SIZE:])

    @staticmethod
    def read(data: bytes) -> CountsDocument:
        """Reads a document that anybody may have written, without comparing its signature. Raises `BadDocument`."""
        if len(data) != DOCUMENT_SIZE:
            raise BadDocument(f"A document has {DOCUMENT_SIZE} bytes, not {len(data)}.")
        return CountsDocument.read_unsigned(data[:UNSIGNED_SIZE])


def is_signed(document: bytes, public_key: str) -> bool:
    """Returns whether a device's key signed a document."""
    return verifies(public_key, document[UNSIGNED_SIZE:], TAG + document[:UNSIGNED_SIZE])


def device_key(device: UUID) -> bytes:
    """Returns the bytes that stand for a device in documents."""
    return device.bytes[:ID_SIZE]


def rune_key(digest: str) -> bytes:
    """Returns the bytes that stand for a rune in documents, of its digest `sha256:…`."""
    if not is_digest(digest):
        raise BadDocument("A rune is named by its digest.")
    return bytes.fromhex(digest.partition(":")[2])[:ID_SIZE]


@dataclass(frozen=True)
class CountsMessage:
    """Documents of one device, in the order in which they are answered."""

    documents: tuple[bytes, ...]

    @classmethod
    def from_json(cls, value: object) -> CountsMessage:
        """Reads it. Raises `BadDeviceMessage`. Whether a document is one is judged for each of them."""
        documents = Fields(value, "the counts").items("documents", _bytes, MOST_DOCUMENTS)
        if not documents:
            raise BadDeviceMessage("documents of the counts is empty.")
        return cls(documents)

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {"documents": [base64.b64encode(each).decode() for each in self.documents]}


class CountsVerdict(StrEnum):
    """The answers of a server to a document."""

    ACCEPTED = "accepted"
    """The document is counted, now or since it came first."""
    NOT_A_DOCUMENT = "not-a-document"
    SIGNATURE_REFUSED = "signature-refused"
    OTHER_DEVICE = "other-device"
    """The document names another device than the one whose key signed the request."""
    TELEMETRY_OFF = "telemetry-off"
    """The deployment does not count now."""
    RUNE_UNKNOWN = "rune-unknown"
    """The deployment of the device never served this rune."""
    BINS_WRONG = "bins-wrong"
    """The counts are not in the bins of this rune."""
    DAY_EARLY = "day-early"
    """The day was before the device joined, or before telemetry was turned on."""
    DAY_AHEAD = "day-ahead"
    DAY_OLD = "day-old"
    """The server does not keep counts of that day any more."""
    COUNTS_IMPOSSIBLE = "counts-impossible"
    """No device can have counted this in the time."""
    COUNTS_CHANGED = "counts-changed"
    """The server has other counts of the device for the rune and the day."""


@dataclass(frozen=True)
class DocumentAnswer:
    """The answer to one document. A refused one is refused for good: the device deletes it."""

    name: str
    """A `CountsVerdict`, or one of a newer server."""
    detail: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the document is counted."""
        return self.name == CountsVerdict.ACCEPTED

    @classmethod
    def from_json(cls, value: object) -> DocumentAnswer:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "an answer")
        return cls(fields.text("name", 40), fields.text("detail", _LONGEST_DETAIL, default=""))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"name": str(self.name), "detail": self.detail[:_LONGEST_DETAIL]}


@dataclass(frozen=True)
class CountsAnswer:
    """The answers to the documents of a message, in its order."""

    answers: tuple[DocumentAnswer, ...]

    @classmethod
    def from_json(cls, value: object) -> CountsAnswer:
        """Reads it. Raises `BadDeviceMessage`."""
        return cls(Fields(value, "the answer").items("answers", DocumentAnswer.from_json, MOST_DOCUMENTS))

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {"answers": [each.to_json() for each in self.answers]}


def batches(documents: Sequence[bytes]) -> list[CountsMessage]:
    """Returns messages that have all of some documents, in their order."""
    return [
        CountsMessage(tuple(documents[start : start + MOST_DOCUMENTS]))
        for start in range(0, len(documents), MOST_DOCUMENTS)
    ]


def _bytes(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > 4 * LARGEST_DOCUMENT:
        raise BadDeviceMessage("documents of the counts are not texts.")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadDeviceMessage("documents of the counts are not base64.") from None
