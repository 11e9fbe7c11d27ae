"""The lines of a TOML file on which its keys are. The library that reads TOML does not tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

KeyPath = tuple[str | int, ...]

_PART: Final = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")
_HEADER: Final = re.compile(r"\s*(\[\[|\[)(?P<keys>[^\[\]]+)\]")
_KEY: Final = re.compile(
    r"""\s*(?P<keys>(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Returns the line of each table and each key, counted from 1. Entries of an array of tables are counted from 0."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table_path(_parts(header["keys"]), header[1] == "[[", counts)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table
            for part in _parts(key["keys"]):
                path = (*path, part)
                lines.setdefault(path, number)
    return lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """Returns the line of a key, or of the nearest table or key around it; 1 where there is none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _table_path(parts: list[str], is_entry: bool, counts: dict[KeyPath, int]) -> KeyPath:
    path: KeyPath = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if is_entry and place == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(keys: str) -> list[str]:
    return [match[1].strip("\"'") for match in _PART.finditer(keys)]
