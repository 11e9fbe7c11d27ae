"""A fast parser for the plain YAML of most Runefiles; it leaves other YAML to the full parser.

Maps and lists by indentation, plain and quoted texts, and lists and maps in brackets, each on one line. It gives the
very values and spans of `yaml_reader`, which a test holds it to, in a fraction of the time: editors check at every key.
"""

from __future__ import annotations

import re

from rune.source.runefile.diagnostics import Position, Span
from rune.source.runefile.yaml.values import MAX_DEPTH, MAX_VALUES, Map, Sequence, Value, YamlScalar, core_value

_OTHER_BREAKS = re.compile("[\t\r\x85\u2028\u2029\ufeff]")
_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,200})( *):(?: +|$)", re.MULTILINE)
_START = r"(?:[A-Za-z0-9_./$+]|-(?=[A-Za-z0-9_./$]))"
_PLAIN = re.compile(rf"{_START}(?:[^\s:]|:(?=\S))*(?: +(?!#)(?:[^\s:]|:(?=\S))+)*")
_FLOW_PLAIN = re.compile(rf"{_START}[^\s:,\[\]{{}}#\"'?]*(?: +[^\s:,\[\]{{}}#\"'?]+)*")
_QUOTED_TEXT = re.compile(r"\"(?:[^\"\\\n]|\\n)*\"|'[^'\n]*'(?!')")
_LITERAL = re.compile(r"\|-?(?=\n)")
_NEXT_LINE = re.compile(r"\n+( *)\S|\s*\Z")
_END = re.compile(r" *(?: #[^\n]*)?$", re.MULTILINE)
_SPACES = re.compile(" *")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")


class _NotPlain(Exception):
    """The error for YAML that only the full parser reads."""


def read_plain(text: str) -> Value | None:
    """The document's values; None where the text is not of the plain kind, or not YAML at all. Never raises."""
    if _OTHER_BREAKS.search(text):
        return None
    try:
        return _PlainYamlReader(text).document()
    except _NotPlain:
        return None


class _PlainYamlReader:
    """Goes through the lines that say something; `_at` is the number of the next one, `_column` where it goes on."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[tuple[int, int, int]] = []
        """The number, start and indentation of each line that is neither empty nor a comment."""
        offset = 0
        for number, line in enumerate(text.split("\n"), 1):
            content = line.lstrip(" ")
            if content and content[0] != "#":
                self._lines.append((number, offset, len(line) - len(content)))
            offset += len(line) + 1
        self._at = 0
        self._column = self._lines[0][2] if self._lines else 0
        self._end = Position(0, 1, 1)
        self._count = 0

    def document(self) -> Value:
        if not self._lines:
            raise _NotPlain
        root = self._map(self._column, 0)
        if self._at < len(self._lines):
            raise _NotPlain
        return root

    def _advance(self) -> None:
        self._at += 1
        self._column = self._lines[self._at][2] if self._at < len(self._lines) else -1

    def _count_value(self, depth: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES or depth >= MAX_DEPTH:
            raise _NotPlain

    def _map(self, column: int, depth: int) -> Map:
        self._count_value(depth)
        entries: list[tuple[Value, Value]] = []
        first: Position | None = None
        while self._column >= column:
            if self._column > column:
                raise _NotPlain
            number, start, _ = self._lines[self._at]
            match = _KEY.match(self._text, start + column)
            if match is None:
                raise _NotPlain
            key = self._scalar(match[1], core_value(match[1]), match.start(), match.end(1), number, start)
            first = first or key.span.start
            self._count_value(depth + 1)
            entries.append((key, self._value_of_key(match.end(1) + len(match[2]) + 1, match.end(), column, depth)))
        if first is None:
            raise _NotPlain
        return Map(tuple(entries), Span(first, self._end))

    def _value_of_key(self, colon: int, offset: int, column: int, depth: int) -> Value:
        """Returns the value of a key: in its line, or below it."""
        number, start, _ = self._lines[self._at]
        literal = _LITERAL.match(self._text, offset)
        if literal is not None:
            return self._literal(literal, number, start, column, depth + 1)
        if not self._is_end(offset):
            value = self._inline(offset, number, start, depth + 1)
            self._ends_line(column)
            return value
        self._advance()
        if self._column > column:
            return self._block(self._column, depth + 1)
        if self._column == column and self._is_item():
            return self._sequence(column, depth + 1)
        self._count_value(depth + 1)
        return self._scalar("", None, colon, colon, number, start)

    def _literal(self, header: re.Match[str], number: int, start: int, column: int, depth: int) -> YamlScalar:
        """A text of several lines below its key, without blank lines but at its end."""
        self._count_value(depth)
        at = header.end() + 1
        indent = 0
        lines: list[str] = []
        end, last, last_start = header.end(), number, start
        while at <= len(self._text):
            stop = self._text.find("\n", at)
            stop = len(self._text) if stop < 0 else stop
            line = self._text[at:stop]
            depth_here = len(line) - len(line.lstrip(" "))
            indent = indent or depth_here
            if not line.strip():
                following = _NEXT_LINE.match(self._text, stop)
                if len(line) > indent or following is None or len(following[1] or "") >= indent:
                    raise _NotPlain
                break
            if depth_here < indent or indent <= column:
                break
            lines.append(line[indent:])
            last, last_start, end = last + 1, at, at + len(line.rstrip())
            at = stop + 1
        if not lines or at > len(self._text):
            raise _NotPlain  # Nothing, or a last line that does not end.
        text = "\n".join(lines) + ("" if header[0].endswith("-") else "\n")
        while self._at < len(self._lines) and self._lines[self._at][1] <= last_start:
            self._at += 1
        self._at -= 1
        self._ends_line(column)
        self._end = Position(end, last, end - last_start + 1)
        first = header.start()
        return YamlScalar(text, text, Span(Position(first, number, first - start + 1), self._end))

    def _block(self, column: int, depth: int) -> Value:
        return self._sequence(column, depth) if self._is_item() else self._map(column, depth)

    def _is_item(self) -> bool:
        offset = self._lines[self._at][1] + self._column
        return self._text.startswith("- ", offset)

    def _sequence(self, column: int, depth: int) -> Sequence:
        self._count_value(depth)
        items: list[Value] = []
        number, start, _ = self._lines[self._at]
        first = Position(start + column, number, column + 1)
        while self._column == column and self._is_item():
            number, start, _ = self._lines[self._at]
            match = _SPACES.match(self._text, start + column + 1)
            offset = match.end() if match is not None else start
            if _KEY.match(self._text, offset):
                self._column = offset - start
                items.append(self._map(self._column, depth + 1))
            else:
                items.append(self._inline(offset, number, start, depth + 1))
                self._ends_line(column)
        if self._column > column:
            raise _NotPlain
        return Sequence(tuple(items), Span(first, self._end))

    def _ends_line(self, column: int) -> None:
        """Goes on to the next line, which must not be a part of the value before it."""
        self._advance()
        if self._column > column:
            raise _NotPlain

    def _inline(self, offset: int, number: int, start: int, depth: int) -> Value:
        """A value in one line, with nothing behind it but a remark."""
        value, end = self._flow(offset, number, start, depth, _PLAIN)
        if not self._is_end(end):
            raise _NotPlain
        return value

    def _is_end(self, offset: int) -> bool:
        """Returns whether nothing but a remark follows in the line. One at `offset` itself stands behind a space."""
        if self._text.startswith("#", offset) and self._text[offset - 1] == " ":
            return True
        return _END.match(self._text, offset) is not None

    def _flow(self, offset: int, number: int, start: int, depth: int, plain: re.Pattern[str]) -> tuple[Value, int]:
        character = self._text[offset : offset + 1]
        if character == "[":
            return self._flow_sequence(offset, number, start, depth)
        if character == "{":
            return self._flow_map(offset, number, start, depth)
        self._count_value(depth)
        if character in ('"', "'"):
            match = _QUOTED_TEXT.match(self._text, offset)
            if match is None:
                raise _NotPlain
            text = match[0][1:-1] if character == "'" else match[0][1:-1].replace("\\n", "\n")
            return self._scalar(text, text, offset, match.end(), number, start), match.end()
        match = plain.match(self._text, offset)
        if match is None:
            raise _NotPlain
        text = match[0]
        if _LEADING_ZERO.match(text):
            raise _NotPlain
        return self._scalar(text, core_value(text), offset, match.end(), number, start), match.end()

    def _flow_sequence(self, offset: int, number: int, start: int, depth: int) -> tuple[Sequence, int]:
        self._count_value(depth)
        items: list[Value] = []
        at = self._skip(offset + 1)
        while not self._text.startswith("]", at):
            value, at = self._flow(at, number, start, depth + 1, _FLOW_PLAIN)
            items.append(value)
            at = self._next_item(at, "]")
        return Sequence(tuple(items), self._flow_span(offset, at + 1, number, start)), at + 1

    def _flow_map(self, offset: int, number: int, start: int, depth: int) -> tuple[Map, int]:
        self._count_value(depth)
        entries: list[tuple[Value, Value]] = []
        at = self._skip(offset + 1)
        while not self._text.startswith("}", at):
            match = _KEY.match(self._text, at)
            if match is None or match.end() == match.end(2) + 1:
                raise _NotPlain
            self._count_value(depth + 1)
            key = self._scalar(match[1], core_value(match[1]), match.start(), match.end(1), number, start)
            value, at = self._flow(match.end(), number, start, depth + 1, _FLOW_PLAIN)
            entries.append((key, value))
            at = self._next_item(at, "}")
        return Map(tuple(entries), self._flow_span(offset, at + 1, number, start)), at + 1

    def _next_item(self, at: int, closing: str) -> int:
        """Returns where the next item starts, or the bracket stands that closes."""
        at = self._skip(at)
        if self._text.startswith(closing, at):
            return at
        if not self._text.startswith(",", at):
            raise _NotPlain
        at = self._skip(at + 1)
        if self._text.startswith(closing, at):
            raise _NotPlain
        return at

    def _skip(self, at: int) -> int:
        match = _SPACES.match(self._text, at)
        return match.end() if match is not None else at

    def _flow_span(self, offset: int, end: int, number: int, start: int) -> Span:
        self._end = Position(end, number, end - start + 1)
        return Span(Position(offset, number, offset - start + 1), self._end)

    def _scalar(
        self, text: str, value: bool | int | float | str | None, offset: int, end: int, number: int, start: int
    ) -> YamlScalar:
        self._end = Position(end, number, end - start + 1)
        return YamlScalar(text, value, Span(Position(offset, number, offset - start + 1), self._end))
