"""Compares two texts line by line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_LINES = 1500
"""Lines of a file that are compared."""
MOST_OPEN_LINES = 60
"""Changed lines of a file that a page shows without a press."""
AROUND = 3
"""Unchanged lines that are shown around a change."""

Mark = Literal["added", "removed", "same"]


@dataclass(frozen=True)
class ComparedLine:
    """A line. `number` counts in the later text and is None for a removed line; `key` names the line in links."""

    mark: Mark
    text: str
    number: int | None
    key: str = ""


@dataclass(frozen=True)
class FileLines:
    """A changed file as stretches of lines; without any if it has too many lines to compare."""

    path: str
    stretches: tuple[tuple[ComparedLine, ...], ...]

    @property
    def added_count(self) -> int:
        return self._count("added")

    @property
    def removed_count(self) -> int:
        return self._count("removed")

    @property
    def is_long(self) -> bool:
        """Whether a page shows the file closed at first: records of models have more lines than anybody reads."""
        return self.added_count + self.removed_count > MOST_OPEN_LINES

    def _count(self, mark: Mark) -> int:
        return sum(line.mark == mark for stretch in self.stretches for line in stretch)


KeyOf = Callable[[int], str]
"""Returns the key of a line of the later text by its number."""


def stretches_of(
    then: Sequence[str], now: Sequence[str], key_of: KeyOf | None = None
) -> tuple[tuple[ComparedLine, ...], ...]:
    """Returns the changed lines, each stretch with the lines around it."""
    if max(len(then), len(now)) > MOST_LINES:
        return ()
    groups = SequenceMatcher(None, then, now).get_grouped_opcodes(AROUND)
    return tuple(tuple(_lines(then, now, group, key_of)) for group in groups)


def _lines(
    then: Sequence[str],
    now: Sequence[str],
    group: Sequence[tuple[str, int, int, int, int]],
    key_of: KeyOf | None,
) -> Iterator[ComparedLine]:
    for tag, from_then, to_then, from_now, to_now in group:
        if tag != "equal":
            for text in then[from_then:to_then]:
                yield ComparedLine("removed", text, None)
        mark: Mark = "same" if tag == "equal" else "added"
        for number, text in enumerate(now[from_now:to_now], start=from_now + 1):
            yield ComparedLine(mark, text, number, key_of(number) if key_of else "")
