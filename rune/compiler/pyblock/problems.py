"""What is wrong with the text of a block, as data. Places are those of `ast`, with columns counted in characters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What sort of problem it is. The value is the stable code that a user sees."""

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
class Place:
    """From a character up to, and without, another. Lines count from 1 and columns from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Insertion:
    """A text that mends a problem, and where it is put in; `title` is for a button."""

    title: str
    place: Place
    text: str


@dataclass(frozen=True)
class Problem:
    """One problem: a sentence, what to write instead, where it stands, and a guess at what mends it."""

    kind: Kind
    message: str
    instead: str
    place: Place
    insertion: Insertion | None = None
