"""Conflicts of both sides, as data: the text of each side, and the choice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """A resolution of a conflict. `WRITTEN` is a text of the person who resolves it."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    WRITTEN = "written"


class ConflictKind(StrEnum):
    """The kind of a conflict."""

    STAGE = "stage"
    PART = "part"
    """Another part of a Runefile, named by its key."""
    LINES = "lines"
    FILE = "file"
    """A file as a whole: no text, or one that a side deleted. The sides are digests."""


@dataclass(frozen=True)
class MergeChoice:
    """The resolution of a conflict; `text` is a written one."""

    side: Side
    text: str = ""


@dataclass(frozen=True)
class MergeConflict:
    """Something that both sides changed, and not the same. None is what a side does not have.

    `line` is where it stands in our text, from 1. `both` has the changes of both sides, where they do not touch.
    """

    path: str
    kind: ConflictKind
    name: str
    base: str | None
    ours: str | None
    theirs: str | None
    both: str | None = None
    line: int = 0

    @property
    def key(self) -> str:
        """The key of the conflict while both sides stay the same: another change of a side is another conflict."""
        identity = (self.path, self.kind, self.name, self.base, self.ours, self.theirs)
        parts = ("-" if each is None else f"{len(each)}:{each}" for each in identity)
        return hashlib.sha256("".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def sides(self) -> tuple[Side, ...]:
        """The possible resolutions."""
        own_text = () if self.kind is ConflictKind.FILE else (Side.WRITTEN,)
        return (Side.OURS, Side.THEIRS, *(() if self.both is None else (Side.BOTH,)), *own_text)

    def resolution(self, choice: MergeChoice | None) -> str | None:
        """The resolved text; our side while nothing is chosen."""
        match choice.side if choice is not None else Side.OURS:
            case Side.THEIRS:
                return self.theirs
            case Side.BOTH:
                return self.both
            case Side.WRITTEN if choice is not None:
                return choice.text
            case _:
                return self.ours


@dataclass(frozen=True)
class MergedText:
    """A merged text: what is clear, and conflicts between it."""

    parts: tuple[str | MergeConflict, ...]

    @property
    def conflicts(self) -> tuple[MergeConflict, ...]:
        return tuple(part for part in self.parts if isinstance(part, MergeConflict))

    def text(self, choices: Mapping[str, MergeChoice]) -> str:
        """The text with what was chosen, by the conflicts' keys."""
        return "".join(_joined(self.parts, choices))


def _joined(parts: Iterable[str | MergeConflict], choices: Mapping[str, MergeChoice]) -> Iterable[str]:
    """A part that does not end its line, such as one that was written, is ended before the next one."""
    open_line = False
    for part in parts:
        text = part if isinstance(part, str) else part.resolution(choices.get(part.key)) or ""
        if not text:
            continue
        if open_line:
            yield "\n"
        yield text
        open_line = not text.endswith("\n")
