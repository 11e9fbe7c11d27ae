"""The text of one file and where things stand in it. Knows nothing of YAML."""

from __future__ import annotations

import re
from bisect import bisect_right

from rune.source.runefile.diagnostics import Position, Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class SourceText:
    """A file's text with its lines found once. Lines end with LF, CR or CRLF, as in the editor."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """Returns where the character at `offset` stands; an offset beyond the text means its end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._line_starts, offset)
        return Position(offset, line, offset - self._line_starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        return Span(self.position(start), self.position(max(start, end)))

    def line_bounds(self, line: int) -> tuple[int, int]:
        """Offsets of a line's first character and of its line end; lines count from 1."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        return start, start + len(self.text[start:end].rstrip("\r\n"))

    @property
    def line_count(self) -> int:
        return len(self._line_starts)
