"""YAML text to plain values with spans. Knows YAML's rules and limits, nothing of what a Runefile means.

Scalars are read by the core schema of YAML 1.2 (`yes` is text). A line that is no YAML is reported and skipped, so that
the rest of the file can still be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from rune.runefile.codes import Code
from rune.runefile.diagnostics import Span
from rune.runefile.report import Report
from rune.runefile.source import SourceText
from rune.wording import quoted


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


MAX_DEPTH = 32
"""How deep lists and maps may stand inside each other."""
MAX_VALUES = 20_000
"""How many values a file may have, those that aliases repeat counted each time."""
_MOST_SYNTAX_PROBLEMS = 5
_LARGEST_RETRIED = 64 * 1024


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `text` is what it says, `value` what it means."""

    text: str
    value: bool | int | float | str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Map:
    """Keys and values in the order of the text; a key may stand in it twice."""

    entries: tuple[tuple[Value, Value], ...]
    span: Span


Value = Scalar | Sequence | Map


@dataclass(frozen=True, slots=True)
class Composed:
    """What could be read. `is_whole` is false when lines had to be skipped."""

    root: Value | None
    is_whole: bool


def compose(source: SourceText, report: Report) -> Composed:
    """Reads a YAML document. What is no YAML goes into the report; never raises."""
    text = source.text
    skipped: set[int] = set()
    for _ in range(_MOST_SYNTAX_PROBLEMS):
        try:
            return Composed(_Composer(source, text).document(), is_whole=not skipped)
        except _TooMuch as problem:
            report.error(Code.TOO_LARGE, problem.message, problem.span)
            return Composed(None, is_whole=False)
        except ReaderError as error:
            span = source.span(error.position, error.position + 1)
            message = f"The character U+{ord(text[error.position]):04X} cannot stand in a Runefile"
            report.error(Code.NOT_TEXT, message, span, fixes=[report.replace(span, "", "Remove the character")])
            return Composed(None, is_whole=False)
        except _Unreadable as problem:
            _report_syntax(problem, source, report)
            line = problem.line
            start, end = source.line_bounds(line)
            if line in skipped or len(text) > _LARGEST_RETRIED:
                break
            skipped.add(line)
            text = text[:start] + " " * (end - start) + text[end:]
    return Composed(None, is_whole=False)


class _TooMuch(Exception):
    """The file is larger than any Runefile needs to be."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class _Unreadable(Exception):
    """No YAML: `cause` says why; `line` is the one to skip."""

    def __init__(self, cause: str, span: Span, line: int, notes: tuple[str, ...] = ()) -> None:
        super().__init__(cause)
        self.cause = cause
        self.span = span
        self.line = line
        self.notes = notes


class _Composer:
    """Builds values from PyYAML's events, which are made as they are asked for: a bound stops the scanner as well."""

    def __init__(self, source: SourceText, text: str) -> None:
        self._source = source
        self._text = text
        self._anchors: dict[str, tuple[Value, int] | None] = {}
        self._count = 0
        self._end = 0
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)

    def document(self) -> Value | None:
        """The file's one document; None when there is nothing but comments."""
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        root = self._value(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            position = self._source.position(_start(event))
            span = self._source.span(position.offset, position.offset + 3)
            raise _Unreadable("a Runefile is one document, and `---` starts another", span, position.line)
        return root

    def _next(self) -> yaml.Event:
        try:
            return next(self._events)
        except MarkedYAMLError as error:
            raise _explain(error, self._source) from error
        except ReaderError:
            raise
        except (YAMLError, ValueError, OverflowError, AttributeError, IndexError, StopIteration) as error:
            # PyYAML lets these through for escapes and directives with absurd numbers.
            raise _Unreadable("a number in an escape or a directive is out of range", self._source.span(0, 0), 1) from (
                error
            )

    def _value(self, event: yaml.Event, depth: int) -> Value:
        self._counted(1, event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth >= MAX_DEPTH:
            raise _TooMuch(f"Lists and maps stand more than {MAX_DEPTH} deep inside each other", self._at(event))
        before = self._count
        anchor: str | None = event.anchor  # type: ignore[attr-defined]
        if anchor is not None:
            self._anchors[anchor] = None
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(event, depth)
        else:
            value = self._map(event, depth)
        if anchor is not None:
            self._anchors[anchor] = (value, self._count - before)
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        span = self._trimmed(_start(event), _stop(event))
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise _Unreadable("an escape stands for half a character (a surrogate)", span, span.start.line)
        is_plain = event.implicit[0] and event.style in (None, "")
        return Scalar(text, core_value(text) if is_plain else text, span)

    def _sequence(self, event: yaml.Event, depth: int) -> Sequence:
        items = []
        while not isinstance(inner := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(inner, depth + 1))
        return Sequence(tuple(items), self._collection_span(event, inner))

    def _map(self, event: yaml.Event, depth: int) -> Map:
        entries = []
        while not isinstance(inner := self._next(), yaml.MappingEndEvent):
            key = self._value(inner, depth + 1)
            entries.append((key, self._value(self._next(), depth + 1)))
        return Map(tuple(entries), self._collection_span(event, inner))

    def _alias(self, event: yaml.AliasEvent) -> Value:
        span = self._at(event)
        name = str(event.anchor)
        if name not in self._anchors:
            raise _Unreadable(f"nothing before this is named {quoted('&' + name)}", span, span.start.line)
        anchored = self._anchors[name]
        if anchored is None:
            raise _Unreadable(f"{quoted('&' + name)} holds itself", span, span.start.line)
        value, count = anchored
        self._counted(count, event)
        return value

    def _counted(self, count: int, event: yaml.Event) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            raise _TooMuch(f"The Runefile has more than {MAX_VALUES} values", self._at(event))

    def _at(self, event: yaml.Event) -> Span:
        return self._trimmed(_start(event), _stop(event))

    def _collection_span(self, first: yaml.Event, last: yaml.Event) -> Span:
        """PyYAML ends a block where the next thing starts; here it ends with its last value."""
        if not first.flow_style:  # type: ignore[attr-defined]
            return self._source.span(_start(first), self._end)
        self._end = _stop(last)
        return self._source.span(_start(first), self._end)

    def _trimmed(self, start: int, end: int) -> Span:
        """Without the white space behind it, which PyYAML counts to a text of several lines."""
        self._end = start + len(self._text[start:end].rstrip())
        return self._source.span(start, self._end)


def _start(event: yaml.Event) -> int:
    return _mark_position(event.start_mark)


def _stop(event: yaml.Event) -> int:
    return _mark_position(event.end_mark)


def _mark_position(mark: _Mark | None) -> int:
    """PyYAML gives every event of a text its marks; its types only do not say so."""
    return 0 if mark is None else mark.index


INTEGER = re.compile(r"[-+]?[0-9]{1,30}\Z")
_OCTAL = re.compile(r"0o[0-7]{1,30}\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,30}\Z")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def core_value(text: str) -> bool | int | float | str | None:
    """What a plain scalar means in the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if INTEGER.match(text):
        return int(text)
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.match(text):
        return int(text[2:], 16)
    if FLOAT.match(text):
        return float(text)
    return text


def _explain(error: MarkedYAMLError, source: SourceText) -> _Unreadable:
    """PyYAML's problem in words that say what to do; points at a bracket or quote that stays open."""
    problem = error.problem or ""
    context = error.context or ""
    mark = error.problem_mark or error.context_mark
    at = _mark_position(mark)
    opened = _mark_position(error.context_mark) if error.context_mark else at

    def unreadable(cause: str, offset: int, length: int = 1, notes: tuple[str, ...] = ()) -> _Unreadable:
        span = source.span(offset, min(offset + length, len(source.text)))
        return _Unreadable(cause, span, span.start.line, notes)

    if "'\\t'" in problem:
        return unreadable("a tab cannot indent a line; use spaces", at)
    if context.startswith("while parsing a flow"):
        bracket = source.text[opened : opened + 1]
        notes = () if at >= len(source.text) else (f"The next thing that does not fit is in line {_line(source, at)}.",)
        return unreadable(f"this `{bracket}` is not closed, or a comma is missing after it", opened, 1, notes)
    if context == "while scanning a quoted scalar" and "end of stream" in problem:
        return unreadable("this quote is not closed", opened)
    if problem == "mapping values are not allowed here":
        notes = ("A text that holds `: ` must stand in quotes. A key must start in the same column as its neighbours.",)
        return unreadable("a key and its value cannot stand here", at, 1, notes)
    if problem.startswith("could not find expected ':'"):
        return unreadable(
            "this is neither `key: value` nor an item of a list (`- value`)", opened, _rest(source, opened)
        )
    if problem.startswith("expected <block end>"):
        notes = ("Keys of one map, and items of one list, start in the same column.",)
        return unreadable("this line's indentation fits none of the lines above", at, _rest(source, at), notes)
    return unreadable(f"{context}, {problem}".strip(", "), at)


def _line(source: SourceText, offset: int) -> int:
    return source.position(offset).line


def _rest(source: SourceText, offset: int) -> int:
    """How many characters follow in the line."""
    _, end = source.line_bounds(_line(source, offset))
    return max(end - offset, 1)


def _report_syntax(problem: _Unreadable, source: SourceText, report: Report) -> None:
    message = f"Unable to parse the input: {problem.cause}"
    at = problem.span.start.offset
    fixes = []
    if source.text[at : at + 1] == "\t":
        tab = source.span(at, at + 1)
        fixes.append(report.replace(tab, "  ", "Change the tab to two spaces"))
    report.error(Code.YAML_SYNTAX, message, problem.span, problem.notes, fixes)
