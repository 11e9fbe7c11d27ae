"""Offsets in characters and in the units of UTF-16, which browsers and many editors count in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

from rune.source.runefile.source import SourceText

_LAST_OF_ONE_UNIT = "\uffff"


class Utf16:
    """Turns the offsets and columns of one text into those of UTF-16 and back."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        text = source.text
        is_simple = text.isascii() or max(text) <= _LAST_OF_ONE_UNIT
        self._wide = [] if is_simple else [i for i, each in enumerate(text) if each > _LAST_OF_ONE_UNIT]
        self._wide_units = [offset + index for index, offset in enumerate(self._wide)]

    def units(self, offset: int) -> int:
        """Returns how many units stand before the character at an offset."""
        return offset + bisect_left(self._wide, offset)

    def offset(self, units: int) -> int:
        """The character at so many units; one in the middle of a character means that."""
        return units - bisect_left(self._wide_units, units)

    def column(self, offset: int) -> int:
        """The column of a character in units, from 0."""
        line_start, _ = self._source.line_bounds(self._source.position(offset).line)
        return self.units(offset) - self.units(line_start)

    def offset_at(self, line: int, column: int) -> int:
        """The character at a line, from 0, and a column in units; what is beyond the line or the text means its end."""
        if line >= self._source.line_count:
            return len(self._source.text)
        start, end = self._source.line_bounds(max(line, 0) + 1)
        return min(self.offset(self.units(start) + max(column, 0)), end)

    def position(self, value: Mapping[str, int]) -> dict[str, int]:
        """A position, `{"line", "column", "offset"}`, in units."""
        offset = value["offset"]
        return {"line": value["line"], "column": self.column(offset) + 1, "offset": self.units(offset)}


def in_utf16(value: Any, file: str, text_of: Callable[[str], Utf16]) -> Any:
    """JSON with every position in units, those below a `"file"` by that file's own text."""
    if isinstance(value, list):
        return [in_utf16(item, file, text_of) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"line", "column", "offset"}:
        return text_of(file).position(value)
    named_file = value.get("file")
    if isinstance(named_file, str) and "span" in value:
        file = named_file
    return {key: in_utf16(item, file, text_of) for key, item in value.items()}
