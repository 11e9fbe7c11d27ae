"""The table of contents of the documentation, from its first page; the menu beside each page shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise

from forge.search.docs import FIRST, page_file

_SECTION = re.compile(r"^## (?P<title>.+)$")
_ENTRY = re.compile(r"^\* \[(?P<title>[^\]]+)\]\((?P<file>[^)]+)\.md\)(?:: (?P<summary>.+))?")


@dataclass(frozen=True)
class ContentsEntry:
    """A page that the first one lists."""

    title: str
    path: str
    summary: str
    """The words of the first page about it."""

    @property
    def address(self) -> str:
        return f"/docs/{self.path}"


@dataclass(frozen=True)
class ContentsSection:
    """A heading of the first page, with the pages below it."""

    title: str
    entries: tuple[ContentsEntry, ...]


@dataclass(frozen=True)
class PagePosition:
    """The position of a page in the table of contents."""

    entry: ContentsEntry | None
    """The page itself, or the listed one that it belongs to."""
    before: ContentsEntry | None
    after: ContentsEntry | None


@cache
def contents() -> tuple[ContentsSection, ...]:
    """The parts of the first page, in its order."""
    file = page_file(FIRST)
    if file is None:
        return ()
    parts: list[ContentsSection] = []
    for line in file.read_text("utf-8").splitlines():
        if heading := _SECTION.match(line):
            parts.append(ContentsSection(heading["title"], ()))
        elif parts and (entry := _ENTRY.match(line)):
            row = ContentsEntry(entry["title"], entry["file"], entry["summary"] or "")
            parts[-1] = ContentsSection(parts[-1].title, (*parts[-1].entries, row))
    return tuple(parts)


def position_of(path: str) -> PagePosition:
    """Returns the position of a page. A page that is not listed belongs to the listed page of its folder."""
    entries = list(chain.from_iterable(part.entries for part in contents()))
    entry = next((each for each in entries if each.path == path), None)
    if entry is None:
        folder = path.rpartition("/")[0]
        entry = next((each for each in entries if folder and each.path in (folder, f"{folder}/{FIRST}")), None)
        return PagePosition(entry, None, None)
    before = next((one for one, other in pairwise(entries) if other.path == path), None)
    after = next((other for one, other in pairwise(entries) if one.path == path), None)
    return PagePosition(entry, before, after)
