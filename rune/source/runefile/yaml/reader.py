"""YAML text to plain values, one document in one go. Knows YAML's rules and limits; what it cannot read it raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import yaml
from yaml.error import MarkedYAMLError, YAMLError

from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Severity, Span
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.events import events, innermost_bracket
from rune.source.runefile.yaml.values import MAX_DEPTH, MAX_VALUES, Map, Sequence, Value, YamlScalar, core_value
from rune.wording import plain, printable, quoted


class _Mark(Protocol):
    @property
    def index(self) -> int: ...


@dataclass(frozen=True)
class YamlNotice:
    """A readable text that is probably unintended: `text`, if given, is the replacement."""

    code: Code
    severity: Severity
    message: str
    span: Span
    note: str
    text: str | None = None


class TooMuch(Exception):
    """The file is larger than any Runefile needs to be."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Unreadable(Exception):
    """No YAML: `cause` says why. What to skip is the line of `span`, or with `to_the_end` all from there on."""

    def __init__(self, cause: str, span: Span, notes: tuple[str, ...] = (), *, to_the_end: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.span = span
        self.notes = notes
        self.to_the_end = to_the_end


def problem_in(source: SourceText, text: str, start: int, end: int) -> Unreadable | None:
    """Returns the problem of a part of a text on its own. Names of anchors are ignored."""
    events = _events(source, text[start:end], start)
    try:
        for _ in events:
            pass
    except Unreadable as problem:
        return problem
    return None


def _events(source: SourceText, text: str, shift: int = 0) -> Iterator[yaml.Event]:
    """PyYAML's events, whose marks count from the start of `text`. Raises `Unreadable` alone."""
    try:
        yield from events(text)
    except MarkedYAMLError as error:
        raise _explain(error, source, text, shift) from error
    except (YAMLError, ValueError, OverflowError, AttributeError, IndexError) as error:
        # PyYAML lets these through for escapes and directives with absurd numbers.
        cause = "a number in an escape or a directive is out of range"
        raise Unreadable(cause, source.span(shift, shift)) from error


class Composer:
    """Builds values from PyYAML's events, which are made as they are asked for: a bound stops the scanner as well."""

    def __init__(self, source: SourceText, text: str) -> None:
        self._source = source
        self._text = text
        self._anchors: dict[str, tuple[Value, int] | None] = {}
        self._count = 0
        self._end = 0
        self._events = _events(source, text)
        self.notices: list[YamlNotice] = []

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
            offset = _start(event)
            span = self._source.span(offset, offset + 3)
            notes = ("Text after it is not checked.",)
            raise Unreadable("the file is one document, and `---` starts another", span, notes, to_the_end=True)
        return root

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _value(self, event: yaml.Event, depth: int) -> Value:
        self._count_values(1, event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth >= MAX_DEPTH:
            raise TooMuch(f"Lists and maps are nested more than {MAX_DEPTH} deep", self._at(event))
        before = self._count
        anchor: str | None = event.anchor  # type: ignore[attr-defined]
        if isinstance(event, yaml.CollectionStartEvent):
            expected = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
            if event.tag not in (None, "!", _CORE_TAG + expected):
                self._refuse_tag(event.tag, self._at(event))
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

    def _scalar(self, event: yaml.ScalarEvent) -> YamlScalar:
        span = self._trimmed(_start(event), _stop(event))
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Unreadable("an escape is half of a character (a surrogate)", span)
        is_plain = event.style in (None, "")
        if event.tag is not None:
            return YamlScalar(text, self._tagged_value(event.tag, text, span), span)
        value = core_value(text) if is_plain and event.implicit[0] else text
        if type(value) is int and _LEADING_ZERO.match(text):
            self.notices.append(
                YamlNotice(
                    Code.AMBIGUOUS_VALUE,
                    Severity.WARNING,
                    f"{plain(text)} is the number {value} here, but a different number in older YAML",
                    span,
                    "A number that starts with 0 was octal before YAML 1.2. Octal numbers are written `0o17` now.",
                    str(value),
                )
            )
        return YamlScalar(text, value, span)

    def _tagged_value(self, tag: str, text: str, span: Span) -> bool | int | float | str | None:
        """The value of a scalar that says of itself what it is: `!!str 1`."""
        kind = tag.removeprefix(_CORE_TAG)
        value = text if kind in ("str", "!") else core_value(text)
        if kind in ("str", "!") or (kind in _TAG_TYPES and isinstance(value, _TAG_TYPES[kind])):
            return float(value) if kind == "float" and isinstance(value, int) else value
        self._refuse_tag(tag, span)
        return text

    def _refuse_tag(self, tag: str, span: Span) -> None:
        tag_text = tag.replace(_CORE_TAG, "!!")
        message = f"The tag {quoted(tag_text)} means nothing here"
        note = "The file is made of texts, numbers, lists and maps. Remove the tag."
        self.notices.append(YamlNotice(Code.YAML_FEATURE, Severity.ERROR, message, span, note))

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
            raise Unreadable(f"nothing before this is named {quoted('&' + name)}", span)
        anchor = self._anchors[name]
        if anchor is None:
            raise Unreadable(f"{quoted('&' + name)} holds itself", span)
        value, count = anchor
        self._count_values(count, event)
        return value

    def _count_values(self, count: int, event: yaml.Event) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            raise TooMuch(f"The file has more than {MAX_VALUES} values", self._at(event))

    def _at(self, event: yaml.Event) -> Span:
        return self._trimmed(_start(event), _stop(event))

    def _collection_span(self, first: yaml.Event, last: yaml.Event) -> Span:
        """PyYAML ends a block where the next thing starts; here it ends with its last value."""
        if not first.flow_style:  # type: ignore[attr-defined]
            return self._source.span(_start(first), self._end)
        self._end = _stop(last)
        return self._source.span(_start(first), self._end)

    def _trimmed(self, start: int, end: int) -> Span:
        """Returns the span without the white space behind it, which PyYAML counts to a text of several lines."""
        self._end = start + len(self._text[start:end].rstrip(" \t\r\n"))
        return self._source.span(start, self._end)


_CORE_TAG = "tag:yaml.org,2002:"
_TAG_TYPES: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "bool": bool, "null": type(None)}
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+\Z")


def _start(event: yaml.Event) -> int:
    return _mark_position(event.start_mark)


def _stop(event: yaml.Event) -> int:
    return _mark_position(event.end_mark)


def _mark_position(mark: _Mark | None) -> int:
    """PyYAML gives every event of a text its marks; its types only do not say so."""
    return 0 if mark is None else mark.index


_RESERVED_CHARACTER = re.compile(r"found character '([@`%])' that cannot start any token")


def _explain(error: MarkedYAMLError, source: SourceText, text: str, shift: int) -> Unreadable:
    """PyYAML's problem in words that say what to do; points at a bracket or quote that stays open.

    Its marks count from the start of `text`, which stands at `shift` of the source and may have spaces in place of what
    PyYAML cannot read.
    """
    problem = error.problem or ""
    context = error.context or ""
    mark = error.problem_mark or error.context_mark
    at = shift + _mark_position(mark)
    start = shift + _mark_position(error.context_mark) if error.context_mark else at

    def unreadable(cause: str, offset: int, length: int = 1, notes: tuple[str, ...] = ()) -> Unreadable:
        return Unreadable(cause, source.span(offset, min(offset + length, len(source.text))), notes)

    if "'\\t'" in problem:
        return unreadable("a tab cannot indent a line; use spaces", at)
    if (match := _RESERVED_CHARACTER.search(problem)) is not None:
        why = "In YAML some characters mean something of their own, or are kept for it."
        return unreadable(f"a text that starts with `{match[1]}` must stand in quotes", at, 1, (why,))
    if context == "while parsing a flow node" and source.text.startswith(",", start):
        return unreadable("nothing stands before this comma", start, 1, ("Remove the comma.",))
    if context.startswith("while parsing a flow"):
        if context == "while parsing a flow node":
            start = shift + innermost_bracket(text, start - shift)
        bracket = source.text[start : start + 1]
        notes = (
            () if at >= shift + len(text) else (f"The next thing that does not fit is in line {_line(source, at)}.",)
        )
        return unreadable(f"this `{bracket}` is not closed, or a comma is missing after it", start, 1, notes)
    if context == "while scanning a quoted scalar" and "end of stream" in problem:
        return unreadable("this quote is not closed", start)
    if problem == "mapping values are not allowed here":
        notes = ("A text that holds `: ` must stand in quotes. A key must start in the same column as its neighbours.",)
        return unreadable("a key and its value cannot stand here", at, 1, notes)
    if problem.startswith("could not find expected ':'"):
        return unreadable("this is neither `key: value` nor an item of a list (`- value`)", start, _rest(source, start))
    if problem.startswith("expected <block end>"):
        notes = ("Keys of one map, and items of one list, start in the same column.",)
        return unreadable("this line's indentation fits none of the lines above", at, _rest(source, at), notes)
    cause, advice = _in_our_words(context, problem)
    return unreadable(cause, at, 1, advice)


_QUOTES = "A text that starts with this character must stand in quotes."
_CAUSES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("a tag", "this tag cannot be read", (_QUOTES,)),
    (
        r"unknown escape character ['\"](.+)['\"]$",
        r"`\{}` means nothing in a text in double quotes",
        (r"Write `\\` for a backslash, or put the text in single quotes, where a backslash is one.",),
    ),
    (r"escape sequence of (\d+) hexadecimal", "this escape in a text in double quotes needs {} hexadecimal digits", ()),
    ("scanning a quoted scalar", "this quote is not closed", ()),
    (
        "scanning a block scalar",
        "the text of `|` and `>` begins in the next line",
        ("Behind the sign may stand `+` or `-`, and how many spaces indent the text, from 1 to 9.",),
    ),
    ("scanning a directive|YAML directive|YAML document|tag handle", "this directive cannot be read", (_QUOTES,)),
    ("an anchor|an alias|duplicate anchor", "behind `&` and `*` stands a name of letters and digits", (_QUOTES,)),
    ("mapping keys are not allowed", "a key that is marked with `?` cannot stand here", (_QUOTES,)),
    ("sequence entries are not allowed", "an item of a list cannot stand here", ("It begins a line of its own.",)),
    ("single document|document start", "the file holds one document, which ends before this", ()),
    ("expected the node content", "a value is missing here", ()),
)
"""How PyYAML's sentences look, and ours for them; `{}` is what the first group matches."""


def _in_our_words(context: str, problem: str) -> tuple[str, tuple[str, ...]]:
    """The cause and notes for a sentence of PyYAML's, of which nothing is passed on."""
    for pattern, cause, notes in _CAUSES:
        match = re.search(pattern, f"{context}, {problem}")
        if match is not None:
            return cause.format(*map(printable, match.groups())), notes
    return "this is not YAML", ()


def _line(source: SourceText, offset: int) -> int:
    return source.position(offset).line


def _rest(source: SourceText, offset: int) -> int:
    """Returns how many characters follow in the line."""
    _, end = source.line_bounds(_line(source, offset))
    return max(end - offset, 1)
