"""Merging texts by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rune.editing.merge.conflicts import ConflictKind, MergeConflict, MergedText
from rune.line_edits import Range, changed_lines

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def lines_of(text: str) -> list[str]:
    """The lines with their ends. Nothing but a newline ends one."""
    return _LINE.findall(text)


@dataclass(frozen=True)
class Stretch:
    """Lines of the base in whose place both sides have something; where they have the same, or one has the base's, it
    is clear what is meant."""

    base: str
    ours: str
    theirs: str
    line: int
    """The line of our text, from 1."""

    @property
    def clear(self) -> str | None:
        """The result on which both sides agree; None where they disagree."""
        if self.ours in (self.theirs, self.base):
            return self.theirs
        return self.ours if self.theirs == self.base else None


def merge_lines(path: str, base: str, ours: str, theirs: str) -> MergedText:
    """A text that both sides changed. Changes that touch each other are a conflict."""
    parts: list[str | MergeConflict] = []
    for stretch in stretches(base, ours, theirs):
        clear = stretch.clear
        if clear is None:
            parts.append(_conflict(path, stretch))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += clear
        else:
            parts.append(clear)
    return MergedText(tuple(parts))


def clearly_merged(base: str, ours: str, theirs: str) -> str | None:
    """The same where nothing is in conflict; else None."""
    texts = [stretch.clear for stretch in stretches(base, ours, theirs)]
    return None if None in texts else "".join(each for each in texts if each is not None)


def _conflict(path: str, stretch: Stretch) -> MergeConflict:
    count = len(lines_of(stretch.ours))
    line = stretch.line
    name = f"lines {line} to {line + count - 1}" if count > 1 else f"line {line}"
    # Both put something in at the same place: it can stand one after the other.
    ours = stretch.ours if stretch.ours.endswith("\n") else stretch.ours + "\n"
    both = ours + stretch.theirs if not stretch.base and stretch.ours and stretch.theirs else None
    return MergeConflict(path, ConflictKind.LINES, name, stretch.base, stretch.ours, stretch.theirs, both, line)


def stretches(base: str, ours: str, theirs: str) -> Iterator[Stretch]:
    """The whole base in order, as stretches that neither side changed, and such that one or both did."""
    old, our, their = lines_of(base), lines_of(ours), lines_of(theirs)
    our_walk, their_walk = (
        _ChangeWalk(our, list(changed_lines(old, our))),
        _ChangeWalk(their, list(changed_lines(old, their))),
    )
    at = 0
    while (first := _next(our_walk, their_walk)) is not None:
        if first > at:
            same = "".join(old[at:first])
            yield Stretch(same, same, same, our_walk.place(at) + 1)
        last = _group_end(our_walk, their_walk, first)
        line = our_walk.place(first) + 1
        yield Stretch(
            "".join(old[first:last]), our_walk.lines_between(first, last), their_walk.lines_between(first, last), line
        )
        at = last
    if at < len(old):
        same = "".join(old[at:])
        yield Stretch(same, same, same, our_walk.place(at) + 1)


class _ChangeWalk:
    """A side's changes, walked through from the first to the last."""

    def __init__(self, lines: Sequence[str], changes: Sequence[Range]) -> None:
        self._lines = lines
        self._changes = changes
        self._next = 0
        self._shift = 0
        """The number of lines by which the side is longer so far."""

    @property
    def start(self) -> int | None:
        """The place in the base where the next change begins."""
        return self._changes[self._next][0] if self._next < len(self._changes) else None

    def place(self, at: int) -> int:
        """Returns where a line of the base that comes before the next change stands in the side."""
        return at + self._shift

    def reach(self, first: int, last: int, number: int) -> int | None:
        """The end of the change after `number` others, where it touches the lines of the base; else None."""
        if self._next + number >= len(self._changes):
            return None
        start, end, _, _ = self._changes[self._next + number]
        overlaps = start < last and first < end
        # An insertion has no lines of its own: it touches what begins or ends where it is.
        at_edge = (start == end or first == last) and start <= last and first <= end
        return end if overlaps or at_edge else None

    def lines_between(self, first: int, last: int) -> str:
        """Returns the side's lines in place of these lines of the base, with its changes."""
        begin = first + self._shift
        while self._next < len(self._changes) and self._changes[self._next][1] <= last:
            start, end, new_start, new_end = self._changes[self._next]
            self._shift += (new_end - new_start) - (end - start)
            self._next += 1
        return "".join(self._lines[begin : last + self._shift])


def _next(ours: _ChangeWalk, theirs: _ChangeWalk) -> int | None:
    starts = [start for start in (ours.start, theirs.start) if start is not None]
    return min(starts, default=None)


def _group_end(ours: _ChangeWalk, theirs: _ChangeWalk, first: int) -> int:
    """Returns how far the changes that touch each other reach, from where the first of them begins."""
    last = first
    positions = {ours: 0, theirs: 0}
    while True:
        for walk in (ours, theirs):
            end = walk.reach(first, last, positions[walk])
            if end is not None:
                positions[walk] += 1
                last = max(last, end)
                break
        else:
            return last
