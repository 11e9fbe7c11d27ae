"""The problems of a project, as data: the command draws them, the studio underlines them, the API sends them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a text. Line and column count from 1, in characters; the offset counts characters from 0."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True)
class Span:
    """From `start` up to, and without, `end`."""

    start: Position
    end: Position


@dataclass(frozen=True)
class Edit:
    """Replace what stands in `span` of `file` by `text`."""

    file: str
    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """A fix, with a title for a button ("Change to model").

    One that `is_safe` may be applied without asking: what is written means just that, or nothing else can be meant. All
    others are guesses, and a person chooses them: names that are merely alike, and one of several ways to go on.
    """

    title: str
    edits: tuple[Edit, ...]
    is_safe: bool = False


@dataclass(frozen=True)
class Diagnostic:
    """One problem. `code` is stable (`RUNE0012`); `message` is a sentence for a person."""

    severity: Severity
    code: str
    message: str
    file: str
    span: Span
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
