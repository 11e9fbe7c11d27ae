"""Messages of phones and studios: each field is validated, and the message is rebuilt from valid fields.

Only outputs, how long a run took, and what the rune calls its words can be read here. What a phone measures as the
sensor of its person's studio travels in sealed frames, encrypted between the two pages: the server has no key to them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from forge.core.studio_limits import MESSAGE_LIMIT

OUTPUTS, TENSORS, DIMENSIONS, ELEMENTS = 32, 16, 8, 16_384
WORDLISTS, WORDS = 8, 4_096
TEXT = 4_096
PUBLIC_KEY = re.compile(r"[A-Za-z0-9_-]{87}")
"""A point of P-256, 65 bytes, as base64url."""
_FRAME = re.compile(r"[A-Za-z0-9_-]{32,63000}")
"""A counter and what is encrypted, as base64url."""
TYPES = frozenset({"u8", "i8", "u16", "i16", "u32", "i32", "f32", "u64", "i64", "f64", "utf8"})


class BadMessage(ValueError):
    """A message that cannot be understood; says what is wrong with it."""


@dataclass(frozen=True)
class PhoneMessage:
    """A message of a paired phone for the studio: results, or the running project. `data` is passed on."""

    data: Mapping[str, Any]
    is_about: bool


@dataclass(frozen=True)
class End:
    """Ends the pairing."""


@dataclass(frozen=True)
class Confirm:
    """The studio's person says that the phone shows these digits."""

    pairing: str
    digits: str


@dataclass(frozen=True)
class SealedFrame:
    """A frame of the studio for its paired phone, which the phone's page alone can read."""

    data: Mapping[str, Any]


@dataclass(frozen=True)
class Refuse:
    """The studio's person says that the phone is not theirs."""

    pairing: str


def read_from_phone(text: str) -> PhoneMessage | End:
    """Reads a message of a phone. Raises `BadMessage`."""
    message = _object(_parse(text), "a message")
    match message.get("type"):
        case "end":
            return End()
        case "outputs":
            return PhoneMessage(_outputs(message), is_about=False)
        case "about":
            return PhoneMessage(_about(message), is_about=True)
        case "key":
            return PhoneMessage(
                {"type": "key", "key": _matching(message.get("key"), PUBLIC_KEY, "a public key")}, False
            )
        case "sealed":
            return PhoneMessage(_sealed_message(message), is_about=False)
    raise BadMessage("a phone says outputs, about, key, sealed or end")


def read_from_studio(text: str) -> Confirm | Refuse | SealedFrame | End:
    """Reads a message of a studio. Raises `BadMessage`."""
    message = _object(_parse(text), "a message")
    match message.get("type"):
        case "end":
            return End()
        case "confirm":
            return Confirm(_text(message.get("pairing"), 64), _text(message.get("digits"), 8))
        case "refuse":
            return Refuse(_text(message.get("pairing"), 64))
        case "sealed":
            return SealedFrame(_sealed_message(message))
    raise BadMessage("a studio says confirm, refuse, sealed or end")


def _sealed_message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "sealed", "frame": _matching(message.get("frame"), _FRAME, "a sealed frame")}


def _matching(value: Any, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise BadMessage(f"{what} is base64url of its length")
    return value


def _outputs(message: Mapping[str, Any]) -> Mapping[str, Any]:
    remaining_elements = ELEMENTS
    outputs = []
    for entry in _list(message.get("outputs"), OUTPUTS, "outputs"):
        output = _object(entry, "an output")
        tensors = []
        for one in _list(output.get("tensors"), TENSORS, "tensors"):
            tensor = _tensor(_object(one, "a tensor"), remaining_elements)
            remaining_elements -= len(tensor["elements"])
            tensors.append(tensor)
        stage = output.get("stage")
        outputs.append(
            {
                "channel": _whole(output.get("channel"), 2**32),
                "stage": None if stage is None else _text(stage, 200),
                "tensors": tensors,
            }
        )
    return {
        "type": "outputs",
        "outputs": outputs,
        "milliseconds": _number(message.get("milliseconds")),
        "isStream": message.get("isStream") is True,
    }


def _tensor(tensor: Mapping[str, Any], limit: int) -> dict[str, Any]:
    kind = tensor.get("type")
    if kind not in TYPES:
        raise BadMessage("a tensor has one of the types of the ABI")
    elements = _list(tensor.get("elements"), limit, "elements")
    values = [_text(one, TEXT) for one in elements] if kind == "utf8" else [_element(one) for one in elements]
    dimensions = [_whole(one, 2**32) for one in _list(tensor.get("dimensions"), DIMENSIONS, "dimensions")]
    meaning_data = tensor.get("meaning")
    meaning = (
        {} if meaning_data is None or kind == "utf8" else {"meaning": _meaning(_object(meaning_data, "a meaning"))}
    )
    return {"type": kind, "dimensions": dimensions, "elements": values} | meaning


def _meaning(meaning: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the meaning of a tensor's numbers."""
    scale, zero_point = meaning.get("scale"), meaning.get("zeroPoint")
    if type(zero_point) is not int or abs(zero_point) >= 2**31:
        raise BadMessage("a zero point is a whole number of 32 bits")
    return {
        "scale": None if scale is None else _number(scale),
        "zeroPoint": zero_point,
        "isProbability": meaning.get("isProbability") is True,
    }


def _about(message: Mapping[str, Any]) -> Mapping[str, Any]:
    lists = _list(message.get("wordlists"), WORDLISTS, "lists of words")
    return {
        "type": "about",
        "title": _text(message.get("title"), 200),
        "wordlists": [[_text(word, 200) for word in _list(one, WORDS, "words")] for one in lists],
    }


def _parse(text: str) -> Any:
    if len(text) > MESSAGE_LIMIT:
        raise BadMessage(f"a message has at most {MESSAGE_LIMIT} characters")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadMessage("a message is JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadMessage(f"{what} is an object")
    return value


def _list(value: Any, most: int, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise BadMessage(f"{what} are a list of at most {most}")
    return value


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise BadMessage(f"a text has at most {most} characters")
    return value


def _whole(value: Any, below: int) -> int:
    if type(value) is not int or not 0 <= value < below:
        raise BadMessage(f"a whole number from 0 to {below - 1} is wanted")
    return value


def _element(value: Any) -> float | int | None:
    """A number; null is what JSON has for one that is not finite."""
    return None if value is None else _number(value)


def _number(value: Any) -> float | int:
    if not (type(value) is float and math.isfinite(value)) and not (type(value) is int and abs(value) < 2**64):
        raise BadMessage("a number is wanted")
    number: float | int = value
    return number
