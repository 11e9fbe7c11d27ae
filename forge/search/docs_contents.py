"""The contents of the documentation, as its first page lists them: what the menu beside each page shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise

from forge.search.docs import FIRST, page_file

_PART = re.compile(r"^## (?P<title>.+)$")
_ENTRY = re.compile(r"^\* \[(?P<title>[^\]]+)\]\((?P<file>[^)]+)\.md\)")


@dataclass(frozen=True)
class Entry:
    """A page that the first one lists."""

    title: str
    path: str

    @property
    def address(self) -> str:
        return f"/docs/{self.path}"


@dataclass(frozen=True)
class Part:
    """A heading of the first page, with the pages below it."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Place:
    """Where a page stands among those that are listed."""

    listed: Entry | None
    """The page itself, or the listed one that it belongs to."""
    before: Entry | None
    after: Entry | None


@cache
def contents() -> tuple[Part, ...]:
    """The parts of the first page, in its order."""
    file = page_file(FIRST)
    if file is None:
        return ()
    parts: list[Part] = []
    for line in file.read_text("utf-8").splitlines():
        if heading := _PART.match(line):
            parts.append(Part(heading["title"], ()))
        elif parts and (entry := _ENTRY.match(line)):
            parts[-1] = Part(parts[-1].title, (*parts[-1].entries, Entry(entry["title"], entry["file"])))
    return tuple(parts)


def place_of(path: str) -> Place:
    """Where the page of a path stands. One that is not listed belongs to the listed one that its folder is, or has."""
    entries = list(chain.from_iterable(part.entries for part in contents()))
    listed = next((each for each in entries if each.path == path), None)
    if listed is None:
        folder = path.rpartition("/")[0]
        listed = next((each for each in entries if folder and each.path in (folder, f"{folder}/{FIRST}")), None)
        return Place(listed, None, None)
    before = next((one for one, other in pairwise(entries) if other.path == path), None)
    after = next((other for one, other in pairwise(entries) if one.path == path), None)
    return Place(listed, before, after)
