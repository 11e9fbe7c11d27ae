"""The text of a build's files line by line beside an earlier build's, for who reads them and talks about a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from forge.builds.models import Build
from forge.reviews.threads.anchoring import recordings_of, text_of
from forge.reviews.threads.anchors import Anchor, Kind

MOST_FILES = 12
MOST_LINES = 1500
"""Lines of a file that are compared; a longer one is said to be."""
AROUND = 3
"""Lines that are shown around what differs."""
RUNEFILE = "Runefile.yml"

Mark = Literal["added", "removed", "same"]


@dataclass(frozen=True)
class Line:
    """A line; `number` is its own in the build's file, None for one that is gone from it."""

    mark: Mark
    text: str
    number: int | None
    key: str = ""


@dataclass(frozen=True)
class FileLines:
    """A file that differs, as stretches of lines; none where it has too many to compare."""

    path: str
    stretches: tuple[tuple[Line, ...], ...]


def changed_lines(before: Build | None, build: Build) -> tuple[FileLines, ...]:
    """The text files that differ from an earlier build's; without one, the Runefile as it is."""
    now = build.source.manifest
    then = before.source.manifest if before is not None else {}
    if before is None:
        changed = [path for path in now if path == RUNEFILE]
    else:
        changed = [path for path in sorted(now) if path not in then or then[path]["digest"] != now[path]["digest"]]
    recordings = recordings_of(build)
    found: list[FileLines] = []
    for path in changed:
        text = text_of(build, path, recordings)
        if text is not None and len(found) < MOST_FILES:
            earlier = text_of(before, path, recordings) if before is not None else None
            found.append(FileLines(path, stretches_of(path, (earlier or "").splitlines(), text.splitlines())))
    return tuple(found)


def stretches_of(path: str, then: Sequence[str], now: Sequence[str]) -> tuple[tuple[Line, ...], ...]:
    """What differs, with the lines around it. Pure."""
    if max(len(then), len(now)) > MOST_LINES:
        return ()
    groups = SequenceMatcher(None, then, now).get_grouped_opcodes(AROUND)
    return tuple(tuple(_lines(path, then, now, group)) for group in groups)


def _lines(
    path: str, then: Sequence[str], now: Sequence[str], group: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[Line]:
    for tag, from_then, to_then, from_now, to_now in group:
        if tag != "equal":
            for text in then[from_then:to_then]:
                yield Line("removed", text, None)
        mark: Mark = "same" if tag == "equal" else "added"
        for number, text in enumerate(now[from_now:to_now], start=from_now + 1):
            yield Line(mark, text, number, Anchor(Kind.LINE, {"file": path, "line": number}).key)
