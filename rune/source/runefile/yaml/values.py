"""The plain values that a Runefile is made of, with spans. Knows YAML's core schema, nothing of what a Runefile means.

Scalars are read by the core schema of YAML 1.2 (`yes` is text).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from rune.source.runefile.diagnostics import Span

MAX_DEPTH = 32
"""Maximum nesting depth of lists and maps."""
MAX_VALUES = 50_000
"""How many values a file may have, those that aliases repeat counted each time."""


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A single value. `text` is what it says, `value` what it means."""

    text: str
    value: bool | int | float | str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Map:
    """Keys and values in the order of the text; a key may stand in it twice."""

    entries: tuple[tuple[Value, Value], ...]
    span: Span


Value = YamlScalar | Sequence | Map


@dataclass(frozen=True, slots=True)
class ComposedDocument:
    """The readable part. `is_whole` is false when lines had to be skipped.

    `broken_offsets` are the offsets of names under which nothing is left to be read, and `damaged_spans` the places
    from a stage's start to its end where something of it was skipped, in the order of the text.
    """

    root: Value | None
    is_whole: bool
    broken_offsets: frozenset[int] = frozenset()
    damaged_spans: tuple[tuple[int, int], ...] = ()

    def is_damaged(self, offset: int) -> bool:
        """Returns whether something was skipped of the stage that stands there."""
        before = bisect_right(self.damaged_spans, offset, key=_start)
        return before > 0 and offset < self.damaged_spans[before - 1][1]


def _start(place: tuple[int, int]) -> int:
    return place[0]


INTEGER = re.compile(r"[-+]?[0-9]{1,30}\Z")
_OCTAL = re.compile(r"0o[0-7]{1,30}\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,30}\Z")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def core_value(text: str) -> bool | int | float | str | None:
    """Returns the value of a plain scalar in the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if INTEGER.match(text):
        return int(text)
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.match(text):
        return int(text[2:], 16)
    if FLOAT.match(text):
        return float(text)
    return text
