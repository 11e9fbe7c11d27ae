"""Reading messages that somebody else wrote: each field has a type and a range, and what does not fit has a name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from rune.digests import is_digest

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

LARGEST_INTEGER = 2**53 - 1
"""The largest integer that every reader of JSON keeps."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class BadDeviceMessage(ValueError):
    """A message has not the form of the protocol. Its text says which field, and what the field takes."""


class Fields:
    """The fields of a JSON object. Each method returns one, or raises `BadDeviceMessage` where it does not fit."""

    def __init__(self, value: object, name: str = "the message") -> None:
        if not isinstance(value, Mapping):
            raise BadDeviceMessage(f"{name} is not an object.")
        self._fields: Mapping[str, Any] = value
        self._name = name

    def has(self, key: str) -> bool:
        """Returns whether a field is there and is not null."""
        return self._fields.get(key) is not None

    def text(self, key: str, longest: int, *, default: str | None = None) -> str:
        """Returns a text without control characters other than tabs and line ends. An absent one, or null, is
        `default`.
        """
        value = self._fields[key] if self.has(key) else default
        if not isinstance(value, str) or len(value) > longest or _CONTROL.search(value):
            raise self._misfit(key, f"a text of at most {longest} characters")
        return value

    def integer(self, key: str, least: int = 0, most: int = LARGEST_INTEGER, *, default: int | None = None) -> int:
        """Returns a whole number within a range. An absent one, or null, is `default`."""
        value = self._fields[key] if self.has(key) else default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._misfit(key, f"a whole number from {least} to {most}")
        return value

    def truth(self, key: str, *, default: bool | None = None) -> bool:
        """Returns true or false. An absent one, or null, is `default`."""
        value = self._fields[key] if self.has(key) else default
        if not isinstance(value, bool):
            raise self._misfit(key, "true or false")
        return value

    def digest(self, key: str) -> str:
        """Returns the digest of some bytes, as `sha256:` and 64 hexadecimal digits."""
        value = self._fields.get(key)
        if not isinstance(value, str) or not is_digest(value):
            raise self._misfit(key, "a digest such as sha256:…")
        return value

    def matching(self, key: str, pattern: re.Pattern[str], what: str) -> str:
        """Returns a text that the whole of a pattern matches; `what` describes it."""
        value = self._fields.get(key)
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise self._misfit(key, what)
        return value

    def choice(self, key: str, choices: type[E]) -> E:
        """Returns a member of an enumeration."""
        value = self._fields.get(key)
        if not isinstance(value, str) or value not in list(choices):
            raise self._misfit(key, f"one of {', '.join(choices)}")
        return choices(value)

    def item(self, key: str, read: Callable[[object], T]) -> T:
        """Returns an object, which `read` reads."""
        if key not in self._fields:
            raise self._misfit(key, "an object")
        return read(self._fields[key])

    def optional(self, key: str, read: Callable[[object], T]) -> T | None:
        """Returns an object that may be absent or null, which `read` reads."""
        return read(self._fields[key]) if self.has(key) else None

    def items(self, key: str, read: Callable[[object], T], most: int) -> tuple[T, ...]:
        """Returns a list of objects, which `read` reads one by one. An absent one is empty."""
        value = self._fields.get(key, ())
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > most:
            raise self._misfit(key, f"a list of at most {most}")
        return tuple(read(each) for each in value)

    def _misfit(self, key: str, what: str) -> BadDeviceMessage:
        return BadDeviceMessage(f"{key} of {self._name} is not {what}.")


def parsed(data: bytes, largest: int) -> object:
    """Returns the value in the JSON text of a message of at most `largest` bytes. Raises `BadDeviceMessage`."""
    if len(data) > largest:
        raise BadDeviceMessage(f"The message has more than {largest:,} bytes.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise BadDeviceMessage("The message is not JSON.") from None


def written(value: Mapping[str, Any]) -> bytes:
    """Returns a message as JSON: of the same value the same bytes. Absent fields (None) are left out."""
    fields = {key: each for key, each in value.items() if each is not None}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
