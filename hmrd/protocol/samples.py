"""Requests for samples: what a member asks the owner of a device for, what the owner answers, and what is then sent.

A server offers its requests with the desired state. Nothing follows from one until the owner of the device answers it:
with yes, some purposes and some windows. The device tells the answer, and sends these windows and no others. Each
message is a request that the key of the device signed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from hmrd.protocol.reading import BadDeviceMessage, Fields
from rune.digests import digest_of
from rune.watch.counts import Counts
from rune.watch.layout import MOST_BINS, MOST_FEATURES, MOST_LABELS

T = TypeVar("T")

MOST_OFFERS: Final = 4
"""Requests that one device is asked at a time."""
MOST_WINDOWS: Final = 64
"""Windows that a request may ask one device for."""
LARGEST_WINDOW: Final = 1024 * 1024
"""Bytes of a window as a file."""
LARGEST_WINDOW_MESSAGE: Final = 4 * LARGEST_WINDOW // 3 + 1024
"""Bytes of a `SampleWindow` as JSON."""
LARGEST_ANSWER: Final = 4096
"""Bytes of a `OfferAnswer`, and of a `SampleReply`, as JSON."""
MOST_PURPOSES: Final = 8
ODD_SHARE: Final = 0.02
"""The part of the answers on the test samples that are in the bins of confidence which are odd."""
LONGEST_SENTENCE: Final = 1000
_LONGEST_DETAIL: Final = 300
_PURPOSE: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")
_ENDING: Final = re.compile(r"wav|csv")
_TIME: Final = 2**40


@dataclass(frozen=True)
class WindowBins:
    """The bins in which one answer was counted: of its label, of its confidence, and of each feature."""

    label: int | None = None
    confidence: int | None = None
    features: tuple[int, ...] = ()

    @staticmethod
    def of(counts: Counts) -> WindowBins | None:
        """Returns the bins of one answer; None where the counts are those of none, or of several."""
        groups = (counts.labels, counts.confidence, *counts.features)
        if any(sum(group) != 1 for group in groups if group) or not any(groups):
            return None
        label, confidence, *features = (group.index(1) if group else None for group in groups)
        return WindowBins(label, confidence, tuple(each for each in features if each is not None))


@dataclass(frozen=True)
class FeatureRange:
    """Bins of one feature, by its place among the features of the rune: from `low` to `high`, both included."""

    feature: int
    low: int
    high: int

    @classmethod
    def from_json(cls, value: object) -> FeatureRange:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a feature")
        last = MOST_BINS - 1
        low = fields.integer("low", 0, last)
        return cls(fields.integer("feature", 0, MOST_FEATURES - 1), low, fields.integer("high", low, last))


@dataclass(frozen=True)
class WindowCondition:
    """The windows that a request is about. Each part that is not None has to be true of the answer."""

    label: int | None = None
    """The bin of its label."""
    confidence: int | None = None
    """The highest bin of its confidence."""
    feature: FeatureRange | None = None

    def matches(self, bins: WindowBins) -> bool:
        """Returns whether a window is one of them."""
        if self.label is not None and bins.label != self.label:
            return False
        if self.confidence is not None and (bins.confidence is None or bins.confidence > self.confidence):
            return False
        part = self.feature
        if part is None:
            return True
        return part.feature < len(bins.features) and part.low <= bins.features[part.feature] <= part.high

    @classmethod
    def from_json(cls, value: object) -> WindowCondition:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a condition")
        return cls(
            fields.integer("label", 0, MOST_LABELS - 1) if fields.has("label") else None,
            fields.integer("confidence", 0, MOST_BINS - 1) if fields.has("confidence") else None,
            fields.optional("feature", FeatureRange.from_json),
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        feature = None if self.feature is None else dict(vars(self.feature))
        return {"label": self.label, "confidence": self.confidence, "feature": feature}


@dataclass(frozen=True)
class PurposeSentences:
    """A purpose, and what its person reads where they allow it, and where they do not."""

    purpose: str
    allowed: str
    refused: str
    is_requested: bool
    """Whether the request asks for it. What it does not ask for cannot be allowed."""

    @classmethod
    def from_json(cls, value: object) -> PurposeSentences:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a purpose")
        return cls(
            fields.matching("purpose", _PURPOSE, "a purpose such as training"),
            fields.text("allowed", LONGEST_SENTENCE),
            fields.text("refused", LONGEST_SENTENCE),
            fields.truth("is_requested"),
        )


@dataclass(frozen=True)
class OfferTerms:
    """The terms of a request in parts, so that server and device compose the same text for the same purposes."""

    who: str
    purposes: tuple[PurposeSentences, ...]
    until: str
    promise: str

    @property
    def requested_purposes(self) -> frozenset[str]:
        """The purposes that the request asks for."""
        return frozenset(each.purpose for each in self.purposes if each.is_requested)

    def uses(self, purposes: Collection[str]) -> str:
        """Returns the sentences about the uses, where a person allows these purposes."""
        sentences = (each.allowed if each.purpose in purposes else each.refused for each in self.purposes)
        return " ".join(sentence for sentence in sentences if sentence)

    def text(self, purposes: Collection[str]) -> str:
        """Returns all that a person reads who allows these purposes."""
        return " ".join(part for part in (self.who, self.uses(purposes), self.until, self.promise) if part)

    def digest(self, purposes: Collection[str]) -> str:
        """Returns the digest of this text, by which an answer says what was read."""
        return digest_of(self.text(purposes).encode())

    @classmethod
    def from_json(cls, value: object) -> OfferTerms:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the terms")
        purposes = fields.items("purposes", PurposeSentences.from_json, MOST_PURPOSES)
        who, until, promise = (fields.text(key, LONGEST_SENTENCE) for key in ("who", "until", "promise"))
        return cls(who, purposes, until, promise)

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {**vars(self), "purposes": [dict(vars(each)) for each in self.purposes]}


class AnswerKind(StrEnum):
    """The answers of an owner."""

    YES = "yes"
    NO = "no"
    TAKE_BACK = "take-back"
    """All that was sent for the request is deleted."""


@dataclass(frozen=True)
class PageAnswer:
    """The answer that a member who manages the device left on its page. A device that believes a key at home, or whose
    configuration says so, does not follow it."""

    number: int
    """Rises with each answer on the page."""
    kind: AnswerKind
    purposes: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> PageAnswer:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "an answer of a page")
        purposes = fields.items("purposes", _purpose, MOST_PURPOSES)
        return cls(fields.integer("number", 1), fields.choice("kind", AnswerKind), purposes)

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"number": self.number, "kind": str(self.kind), "purposes": list(self.purposes)}


@dataclass(frozen=True)
class SampleOffer:
    """An open request, as a device gets it."""

    id: str
    """A UUID."""
    asks: str
    """The sentence that says who asks for what."""
    rune: str
    """The digest of the rune whose windows are asked for."""
    condition: WindowCondition
    most: int
    """Windows that are taken of this device at most."""
    ends: int
    """The time at which it ends, in seconds since 1970."""
    terms: OfferTerms
    page: PageAnswer | None = None

    @classmethod
    def from_json(cls, value: object) -> SampleOffer:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a request for samples")
        return cls(
            _request(fields),
            fields.text("asks", LONGEST_SENTENCE),
            fields.digest("rune"),
            fields.item("condition", WindowCondition.from_json),
            fields.integer("most", 1, MOST_WINDOWS),
            fields.integer("ends", 0, _TIME),
            fields.item("terms", OfferTerms.from_json),
            fields.optional("page", PageAnswer.from_json),
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            **vars(self),
            "condition": self.condition.to_json(),
            "terms": self.terms.to_json(),
            "page": None if self.page is None else self.page.to_json(),
        }


def readable_offers(value: object) -> tuple[SampleOffer, ...]:
    """Returns the requests of a list that this device can read. A device is asked nothing by what it cannot read, and
    does all else that its server wants."""
    offers = []
    for each in value if isinstance(value, list) else ():
        try:
            offers.append(SampleOffer.from_json(each))
        except BadDeviceMessage:
            continue
    return tuple(offers[:MOST_OFFERS])


@dataclass(frozen=True)
class OfferAnswer:
    """The answer of an owner to a request."""

    request: str
    number: int
    """Rises with each answer of the device to this request, so that an earlier one that somebody kept says nothing."""
    kind: AnswerKind
    purposes: tuple[str, ...] = ()
    terms: str = ""
    """The digest of the text that the owner read, with a yes (`OfferTerms.digest`)."""

    @classmethod
    def from_json(cls, value: object) -> OfferAnswer:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the answer")
        kind = fields.choice("kind", AnswerKind)
        is_yes = kind is AnswerKind.YES
        purposes = fields.items("purposes", _purpose, MOST_PURPOSES) if is_yes else ()
        return cls(
            _request(fields), fields.integer("number", 1), kind, purposes, fields.digest("terms") if is_yes else ""
        )

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {**vars(self), "kind": str(self.kind), "purposes": list(self.purposes), "terms": self.terms or None}


@dataclass(frozen=True)
class SampleWindow:
    """A window that its owner chose, as a file."""

    request: str
    number: int
    """The number of the answer that allows it."""
    ending: str
    """`wav` or `csv`."""
    data: bytes

    @classmethod
    def from_json(cls, value: object) -> SampleWindow:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the window")
        encoded = fields.text("data", LARGEST_WINDOW_MESSAGE)
        try:
            data = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise BadDeviceMessage("data of the window is not base64.") from None
        if not 0 < len(data) <= LARGEST_WINDOW:
            raise BadDeviceMessage(f"data of the window has more than {LARGEST_WINDOW:,} bytes, or none.")
        return cls(
            _request(fields), fields.integer("number", 1), fields.matching("ending", _ENDING, "wav or csv"), data
        )

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {**vars(self), "data": base64.b64encode(self.data).decode()}


class SampleVerdict(StrEnum):
    """The answers of a server to an answer or a window."""

    ACCEPTED = "accepted"
    """The answer or the window is taken, now or since it came first."""
    REQUEST_UNKNOWN = "request-unknown"
    """This device was never asked so."""
    REQUEST_ENDED = "request-ended"
    """Nobody asks for it any more, or telemetry of the deployment was turned off."""
    ANSWER_OLD = "answer-old"
    """The server has a later answer of the device, or another one of the same number."""
    PURPOSES_WRONG = "purposes-wrong"
    """The answer allows what the request does not ask for, or neither tests nor training."""
    TERMS_DIFFER = "terms-differ"
    """The owner read another text than the one of these purposes."""
    NOT_CONSENTED = "not-consented"
    """No answer of this number allows the window."""
    TOO_MANY = "too-many"
    """The device sent as many as were asked for."""
    RECORDING_REFUSED = "recording-refused"
    """The file is not what the request asks for, or cannot be read."""
    NO_ROOM = "no-room"
    """The organisation has no room for it, or too many recordings wait."""


@dataclass(frozen=True)
class SampleReply:
    """The reply to a `OfferAnswer` or a `SampleWindow`."""

    name: str
    """A `SampleVerdict`, or one of a newer server."""
    detail: str = ""
    number: int = 0
    """The number of the last answer of the device that the server has."""

    @property
    def is_accepted(self) -> bool:
        """True of what is taken."""
        return self.name == SampleVerdict.ACCEPTED

    @classmethod
    def from_json(cls, value: object) -> SampleReply:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the reply")
        detail = fields.text("detail", _LONGEST_DETAIL, default="")
        return cls(fields.text("name", 40), detail, fields.integer("number", default=0))

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {"name": str(self.name), "detail": self.detail[:_LONGEST_DETAIL], "number": self.number}


def _request(fields: Fields) -> str:
    key = "id" if fields.has("id") else "request"
    text = fields.text(key, 36)
    try:
        return str(UUID(text))
    except ValueError:
        raise BadDeviceMessage(f"{key} is not the id of a request.") from None


def _purpose(value: object) -> str:
    if not isinstance(value, str) or _PURPOSE.fullmatch(value) is None or len(value) > 40:
        raise BadDeviceMessage("purposes are not words such as training.")
    return value
