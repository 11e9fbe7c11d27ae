"""A tolerant parser for unfinished YAML: values with spans, from lines and their indentation. It never fails.

For good YAML of the kind that Runefiles are made of the tree is that of `rune.source.runefile.yaml.values`; anything
else is read as it was probably meant: what stays open is closed, and a lone word is a key or a value by where it
stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rune.source.runefile.diagnostics import Span
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.values import MAX_DEPTH, Map, Sequence, Value, YamlScalar, core_value

MARK = "\ue000"
"""A placeholder character for the cursor: in spans it counts, in texts it is left out, and between it
and a colon or a dash no space is needed."""

_KEY = re.compile(
    r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|(?![-?](?:\s|$))[^\s\[\]{}#&*!|>'"%@`,](?:(?!\s\#)[^\n])*?)"""
    rf"""[ \t]*(?P<colon>:)(?=\s|$|{MARK})"""
)
_DASH = re.compile(rf"-(?=\s|$|{MARK})")
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*(?:[ \t]+|$)")
_QUOTED_TEXT = {
    '"': re.compile(r'"(?:[^"\\\n]|\\.)*("|$)', re.MULTILINE),
    "'": re.compile(r"'(?:[^'\n]|'')*('|$)", re.M),
}
_PLAIN = re.compile(r"(?:(?![ \t]\#)[^\n\r])*")
_FLOW_PLAIN = re.compile(rf"(?:(?![ \t]\#)(?!:(?:[\s,\[\]{{}}{MARK}]|$))[^\n\r,\[\]{{}}])*", re.MULTILINE)
_FLOW_SPACE = re.compile(r"(?:[ \t\r\n]|(?<![^\s])\#[^\n]*)*")
_CLOSING = {"[": "]", "{": "}"}


def read_tolerantly(source: SourceText) -> Value | None:
    """The values of a text, None when there are none."""
    return _LineParser(source).document()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with something in it: offsets of its first character that is no space, and behind its last."""

    start: int
    end: int
    column: int


def _lines(source: SourceText) -> list[_Line]:
    """All but blank lines, comments, directives and the marks around documents."""
    lines = []
    for number in range(1, source.line_count + 1):
        begin, end = source.line_bounds(number)
        line_text = source.text[begin:end].rstrip()
        content = line_text.lstrip(" \t\ufeff")
        column = len(line_text) - len(content)
        if not content or content[0] == "#" or (column == 0 and content[0] in "%-." and _is_marker(content)):
            continue
        lines.append(_Line(begin + column, begin + len(line_text), column))
    return lines


def _is_marker(content: str) -> bool:
    return content[0] == "%" or content.split()[0] in ("---", "...")


class _LineParser:
    """Reads the lines once. Every method that reads a value advances by at least one line."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._text = source.text
        self._lines = _lines(source)
        self._line = 0

    def document(self) -> Value | None:
        root: Value | None = None
        while (line := self._next()) is not None:
            value = self._value(line.start, line.column, 0)
            root = value if root is None else _joined(root, value)
        return root

    def _next(self) -> _Line | None:
        return self._lines[self._line] if self._line < len(self._lines) else None

    def _value(self, at: int, column: int, depth: int) -> Value:
        """The value that starts at `at` in the current line, in that column."""
        end = self._lines[self._line].end
        if depth <= MAX_DEPTH:
            if _DASH.match(self._text, at, end):
                return self._sequence(at, column, depth)
            if _KEY.match(self._text, at, end):
                return self._map(at, column, depth)
        return self._single(at, column - 1, depth)

    def _sequence(self, at: int, column: int, depth: int) -> Sequence:
        items: list[Value] = []
        start = at
        while True:
            line = self._lines[self._line]
            inner = self._skip_spaces(at + 1, line.end)
            if self._is_empty(inner, line.end):
                items.append(self._below(at + 1, column, depth))
            else:
                items.append(self._value(inner, column + inner - at, depth + 1))
            items[-1] = self._with_strays(items[-1], column, depth)
            following = self._next()
            if following is None or following.column != column or not _DASH.match(self._text, following.start):
                return Sequence(tuple(items), self._source.span(start, _end(items[-1])))
            at = following.start

    def _map(self, at: int, column: int, depth: int) -> Map:
        entries: list[tuple[Value, Value]] = []
        start = at
        while True:
            entries += self._entry(at, column, depth)
            following = self._next()
            if following is None or following.column != column or _DASH.match(self._text, following.start):
                return Map(tuple(entries), self._source.span(start, _end(entries[-1][1])))
            at = following.start

    def _entry(self, at: int, column: int, depth: int) -> list[tuple[Value, Value]]:
        """A key with its value; a lone word is a key whose value was not written yet."""
        line = self._lines[self._line]
        match = _KEY.match(self._text, at, line.end)
        if match is None:
            word = self._single(at, column, depth)
            key = word if isinstance(word, YamlScalar) else self._scalar(at, line.end)
            return [(key, self._with_strays(self._nothing(_end(key)), column, depth))]
        key = self._scalar(at, at + len(self._text[at : match.start("colon")].rstrip()))
        inner = self._skip_spaces(match.end(), line.end)
        if self._is_empty(inner, line.end):
            value = self._below(match.end(), column, depth, in_map=True)
        else:
            value = self._single(inner, column, depth)
            if isinstance(value, YamlScalar):
                stray = self._stray(column, depth)
                return [(key, value), *(stray.entries if isinstance(stray, Map) else ())]
        return [(key, self._with_strays(value, column, depth))]

    def _below(self, at: int, column: int, depth: int, *, in_map: bool = False) -> Value:
        """Returns the lines below a key or a dash."""
        self._line += 1
        following = self._next()
        if following is not None:
            if following.column > column:
                return self._value(following.start, following.column, depth + 1)
            if in_map and following.column == column and _DASH.match(self._text, following.start):
                return self._sequence(following.start, column, depth + 1)
        return self._nothing(at)

    def _stray(self, column: int, depth: int) -> Value | None:
        """Lines that are indented like none above but stand deeper than `column`."""
        stray: Value | None = None
        while (line := self._next()) is not None and line.column > column:
            value = self._value(line.start, line.column, depth + 1)
            stray = value if stray is None else _joined(stray, value)
        return stray

    def _with_strays(self, value: Value, column: int, depth: int) -> Value:
        stray = self._stray(column, depth)
        return value if stray is None else _joined(value, stray)

    def _single(self, at: int, column: int, depth: int) -> Value:
        """A value that is no block of its own; lines deeper than `column` may go on with it."""
        text, line = self._text, self._lines[self._line]
        while match := _PROPERTY.match(text, at, line.end):
            at = match.end()
        first = text[at : at + 1] if at < line.end else ""
        if not first or first == "#":
            return self._below(at, column, depth)
        if first in "|>":
            return self._block_text(at, column)
        if first in "[{" and depth <= MAX_DEPTH:
            value, end = self._flow(at, self._flow_limit(column), depth)
            self._skip_to(end)
            return value
        if first in "\"'":
            match = _QUOTED_TEXT[first].match(text, at, line.end)
            self._line += 1
            return self._scalar(at, match.end() if match else line.end)
        match = _PLAIN.match(text, at, line.end)
        end = at + len(text[at : match.end() if match else line.end].rstrip())
        is_commented = end < line.end
        self._line += 1
        while not is_commented and (following := self._next()) is not None and following.column > column:
            if _KEY.match(text, following.start, following.end) or _DASH.match(text, following.start):
                break
            match = _PLAIN.match(text, following.start, following.end)
            end = match.end() if match else following.end
            is_commented = end < following.end
            self._line += 1
        return self._scalar(at, end)

    def _block_text(self, at: int, column: int) -> YamlScalar:
        start = end = self._lines[self._line].end
        self._line += 1
        while (line := self._next()) is not None and line.column > column:
            end = line.end
            self._line += 1
        text = self._text[start:end].lstrip("\r\n").replace(MARK, "")
        return YamlScalar(text, text, self._source.span(at, end))

    def _flow_limit(self, column: int) -> int:
        """Returns where brackets that are still open end at the latest: before a line that stands no deeper than
        they do."""
        index = self._line
        while index + 1 < len(self._lines):
            following = self._lines[index + 1]
            if following.column <= column and self._text[following.start] not in "]}":
                break
            index += 1
        return self._lines[index].end

    def _flow(self, at: int, limit: int, depth: int) -> tuple[Value, int]:
        """A list or map in brackets, and where it ends."""
        closing = _CLOSING[self._text[at]]
        items: list[Value] = []
        entries: list[tuple[Value, Value]] = []
        start, at = at, at + 1
        last = at
        while True:
            at = self._skip_flow_space(at, limit)
            if at >= limit:
                end = last
                break
            character = self._text[at]
            if character in "]}":
                end = at + 1 if character == closing else at
                break
            if character == ",":
                at += 1
                last = at
                continue
            item, at = self._flow_value(at, limit, depth)
            last = at
            colon = self._skip_flow_space(at, limit)
            if self._text[colon : colon + 1] == ":" and colon < limit:
                value, at = self._flow_entry_value(colon + 1, limit, depth)
                last = at
                entry = (item, value)
                entries.append(entry)
                items.append(Map((entry,), self._source.span(item.span.start.offset, _end(value))))
            else:
                items.append(item)
                entries.append((item, self._nothing(at)))
        span = self._source.span(start, max(end, start + 1))
        return (Sequence(tuple(items), span) if closing == "]" else Map(tuple(entries), span)), max(end, start + 1)

    def _flow_entry_value(self, at: int, limit: int, depth: int) -> tuple[Value, int]:
        inner = self._skip_flow_space(at, limit)
        if inner >= limit or self._text[inner] in ",]}":
            return self._nothing(at), at
        return self._flow_value(inner, limit, depth)

    def _flow_value(self, at: int, limit: int, depth: int) -> tuple[Value, int]:
        while match := _PROPERTY.match(self._text, at, limit):
            at = match.end()
        first = self._text[at : at + 1] if at < limit else ""
        if first and first in "[{" and depth < MAX_DEPTH:
            return self._flow(at, limit, depth + 1)
        if first and first in "\"'":
            match = _QUOTED_TEXT[first].match(self._text, at, limit)
        else:
            match = _FLOW_PLAIN.match(self._text, at, limit)
        stop = match.end() if match else at
        end = max(at + len(self._text[at:stop].rstrip()), min(at + 1, limit))
        return self._scalar(at, end), end

    def _skip_to(self, end: int) -> None:
        """Skips to the line behind the one that contains `end`."""
        while (line := self._next()) is not None and line.start < end:
            self._line += 1

    def _skip_spaces(self, at: int, end: int) -> int:
        while at < end and self._text[at] in " \t":
            at += 1
        return at

    def _skip_flow_space(self, at: int, limit: int) -> int:
        match = _FLOW_SPACE.match(self._text, at, limit)
        return match.end() if match else at

    def _is_empty(self, at: int, end: int) -> bool:
        return at >= end or self._text[at] == "#"

    def _nothing(self, at: int) -> YamlScalar:
        return YamlScalar("", None, self._source.span(at, at))

    def _scalar(self, start: int, end: int) -> YamlScalar:
        raw_text = self._text[start:end].replace(MARK, "")
        quote = raw_text[:1]
        span = self._source.span(start, end)
        if quote and quote in "\"'":
            inner = raw_text[1:-1] if len(raw_text) > 1 and raw_text.endswith(quote) else raw_text[1:]
            text = inner.replace("''", "'") if quote == "'" else re.sub(r"\\(.)", r"\1", inner)
            return YamlScalar(text, text, span)
        text = " ".join(raw_text.split()) if "\n" in raw_text or "\r" in raw_text else raw_text
        return YamlScalar(text, core_value(text), span)


def _end(value: Value) -> int:
    return value.span.end.offset


def _joined(first: Value, second: Value) -> Value:
    """Two values that stand where one can stand: maps and lists go on, otherwise the one that says more is kept."""
    if isinstance(first, Map) and isinstance(second, Map):
        return Map(first.entries + second.entries, _around(first, second))
    if isinstance(first, Sequence) and isinstance(second, Sequence):
        return Sequence(first.items + second.items, _around(first, second))
    if isinstance(first, Map) and isinstance(second, YamlScalar):
        nothing = YamlScalar("", None, Span(second.span.end, second.span.end))
        return Map((*first.entries, (second, nothing)), _around(first, second))
    if isinstance(first, Sequence) and isinstance(second, YamlScalar):
        return Sequence((*first.items, second), _around(first, second))
    if isinstance(first, YamlScalar) and isinstance(second, Map) and first.span.start < first.span.end:
        nothing = YamlScalar("", None, Span(first.span.end, first.span.end))
        return Map(((first, nothing), *second.entries), _around(first, second))
    return second if isinstance(first, YamlScalar) else first


def _around(first: Value, second: Value) -> Span:
    return Span(first.span.start, second.span.end)
