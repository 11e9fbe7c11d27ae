"""Patterns of paths, as CODEOWNERS files and `.gitignore` write them, and which of a project's files they describe.

The time is a product of the lengths of pattern and path: neither is ever tried twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

MAX_LENGTH: Final = 200
"""Characters of a pattern."""
PATTERN: Final = r"/?(?!/)[^\x00-\x1f\x7f\\!#]([^\x00-\x1f\x7f\\]*[^\x00-\x1f\x7f\\ ])?"

_ANY_FOLDERS: Final = "**"
_SHAPE = re.compile(PATTERN)


def is_path_pattern(text: str) -> bool:
    """Returns whether a text is a pattern: no path out of the project, no empty part, and `**` stands alone in its
    part."""
    if len(text) > MAX_LENGTH or _SHAPE.fullmatch(text) is None:
        return False
    parts = text.removeprefix("/").removesuffix("/").split("/")
    return all(part not in ("", ".", "..") and (part == _ANY_FOLDERS or _ANY_FOLDERS not in part) for part in parts)


def path_matches(pattern: str, path: str) -> bool:
    """Returns whether a pattern describes a file: by its path, or by a folder that the file is in.

    A pattern without `/`, but at its end, describes files and folders of its name anywhere; others begin at the top.
    `*` stands for characters of one name, `**` for any folders. `docs/*` describes the files of that folder alone.
    """
    body = pattern.removesuffix("/")
    parts = body.removeprefix("/").split("/")
    names = path.split("/")
    if "/" not in body:
        parts = [_ANY_FOLDERS, *parts]
    elif parts[-1] == _ANY_FOLDERS:
        return _describe(parts[:-1], names[:-1], is_whole=False)
    return _describe(parts, names[:-1] if body != pattern else names, is_whole=parts[-1] == "*")


def _describe(parts: Sequence[str], names: Sequence[str], *, is_whole: bool) -> bool:
    """Returns whether the parts describe a folder that begins the names, or with `is_whole` nothing but all of them."""
    first, *rest = _runs(parts)
    if not _fits(first, names, 0):
        return False
    end = len(first)
    for number, run in enumerate(rest, start=1):
        last = len(names) - len(run)
        # The first place of each run is enough: what follows has only more room.
        start = max(end, last) if is_whole and number == len(rest) else end
        place = next((each for each in range(start, last + 1) if _fits(run, names, each)), None)
        if place is None:
            return False
        end = place + len(run)
    return end == len(names) or not is_whole


def _runs(parts: Sequence[str]) -> list[list[str]]:
    """The parts between `**`, which stands for any number of folders."""
    runs: list[list[str]] = [[]]
    for part in parts:
        if part == _ANY_FOLDERS:
            runs.append([])
        else:
            runs[-1].append(part)
    return runs


def _fits(run: Sequence[str], names: Sequence[str], start: int) -> bool:
    return len(names) - start >= len(run) and all(
        name_matches(part, names[start + place]) for place, part in enumerate(run)
    )


def name_matches(pattern: str, name: str) -> bool:
    """Returns whether a text in which `*` stands for any characters describes another."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    # The first place of each part is enough, so nothing is tried twice however many stars there are.
    *middle, last = rest
    end = len(first)
    if not name.startswith(first):
        return False
    for part in middle:
        position = name.find(part, end)
        if position < 0:
            return False
        end = position + len(part)
    return len(name) - len(last) >= end and name.endswith(last)
