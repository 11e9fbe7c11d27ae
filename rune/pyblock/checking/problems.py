"""Problems of a block's text, as data. Places are those of `ast`, with columns in characters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ProblemKind(Enum):
    """The kind of a problem. The value is the stable code that users see."""

    SYNTAX = "RUNE0110"
    SIGNATURE = "RUNE0111"
    GROWS = "RUNE0112"
    OUTSIDE = "RUNE0113"
    NAME = "RUNE0114"
    TYPE = "RUNE0115"
    READ_ONLY = "RUNE0116"
    CALL = "RUNE0117"
    NUMBER = "RUNE0118"
    TEST = "RUNE0120"


@dataclass(frozen=True, order=True)
class TextRange:
    """A range of text; its end is exclusive. Lines count from 1, columns from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Insertion:
    """A text to insert that fixes a problem; `title` is for a button."""

    title: str
    place: TextRange
    text: str


@dataclass(frozen=True)
class Problem:
    """One problem: the message, what to write instead, its place, and an insertion that may fix it."""

    kind: ProblemKind
    message: str
    instead: str
    place: TextRange
    insertion: Insertion | None = None
