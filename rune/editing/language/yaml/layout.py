"""The layout of a piece of YAML: positions of values in blocks or brackets, with anchors and comments.

`rune.source.runefile` says what a text means; this says how it looks, for the code that changes it. It knows nothing of
stages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.error import YAMLError

from rune.source.runefile.yaml.events import events
from rune.source.runefile.yaml.plain import read_plain
from rune.source.runefile.yaml.values import Map, Value, YamlScalar

LINE_BREAK = re.compile(r"\r\n|\n|\r")
"""The line breaks of YAML, which also end a comment."""

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s+|(?=[,\]}])|\Z))*")
_MOST_DEPTH = 64
_STYLES = ('"', "'", "|")
_BLOCK_TEXT = re.compile(r"\|-?\n")
_LOOSE_END = re.compile(r" (?:\n|\Z)")
"""White space at the end of a line, which belongs to a block text for its layout and not for its value."""


class LayoutUnknown(Exception):
    """A text that is no YAML."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value or an alias, from its anchor or tag on. `style` is `"`, `'`, `|`, `>`, `*` or, if plain, empty."""

    start: int
    content: int
    end: int
    style: str
    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """An item of a list, or a key with its value."""

    key: Node | None
    value: Node

    @property
    def start(self) -> int:
        return self.value.start if self.key is None else self.key.start

    @property
    def end(self) -> int:
        return self.value.end if self.key is None else max(self.key.end, self.value.end)


@dataclass(frozen=True, slots=True)
class Branch:
    """A list or a map, from its anchor or tag on; in brackets (`is_flow`) or as lines of a block."""

    start: int
    content: int
    end: int
    is_map: bool
    is_flow: bool
    entries: tuple[YamlEntry, ...]
    anchor: str | None

    def find(self, key: str) -> YamlEntry | None:
        """The first entry of that key."""
        return next((entry for entry in self.entries if isinstance(entry.key, Leaf) and entry.key.text == key), None)


Node = Leaf | Branch


def read_layout(text: str, start: int = 0, end: int | None = None) -> Node | None:
    """The layout of the one document in `text[start:end]`, None when it has none; offsets are those of `text`.

    A piece that is not the whole text must begin with a line, and needs no anchor of its aliases. Raises
    `LayoutUnknown`.
    """
    piece = text[start:end] if start or end is not None else text
    plain = read_plain(piece)
    if plain is not None and not (_BLOCK_TEXT.search(piece) and _LOOSE_END.search(piece)):
        return layout_of_plain(plain, piece, start)
    return LayoutReader(piece, start).document()


def layout_of_plain(value: Value, text: str, base: int = 0) -> Node:
    """The layout of what `read_plain` read: it has no anchors, tags and aliases."""
    start, end = value.span.start.offset, value.span.end.offset
    if isinstance(value, YamlScalar):
        first = text[start] if end > start else ""
        return Leaf(base + start, base + start, base + end, first if first in _STYLES else "", value.text, None)
    if isinstance(value, Map):
        entries = tuple(
            YamlEntry(layout_of_plain(key, text, base), layout_of_plain(inner, text, base))
            for key, inner in value.entries
        )
    else:
        entries = tuple(YamlEntry(None, layout_of_plain(item, text, base)) for item in value.items)
    return Branch(base + start, base + start, base + end, isinstance(value, Map), text[start] in "[{", entries, None)


class LayoutReader:
    """Builds the layout from PyYAML's events; does not resolve aliases, so nothing can explode."""

    def __init__(self, text: str, base: int) -> None:
        self._text = text
        self._base = base
        self._end = 0
        self._events: Iterator[yaml.Event] = events(text)

    def document(self) -> Node | None:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._node(self._next(), 0)
        self._next()
        if not isinstance(self._next(), yaml.StreamEndEvent):
            raise LayoutUnknown("the text holds several documents")
        return root

    def _next(self) -> yaml.Event:
        try:
            return next(self._events)
        except (YAMLError, ValueError, OverflowError, AttributeError, IndexError, StopIteration) as error:
            # PyYAML lets some of these through for escapes and directives with absurd numbers.
            raise LayoutUnknown(str(error)) from error

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > _MOST_DEPTH:
            raise LayoutUnknown("lists and maps stand too deep inside each other")
        start, stop = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]
        anchor: str | None = event.anchor  # type: ignore[attr-defined]
        if isinstance(event, yaml.AliasEvent):
            return self._leaf(start, start, stop, "*", str(anchor), None)
        match = _PROPERTIES.match(self._text, start)
        content = min(match.end(), stop) if match and self._text[start : start + 1] in ("&", "!") else start
        if isinstance(event, yaml.ScalarEvent):
            style = event.style if event.style in ('"', "'", "|", ">") else ""
            return self._leaf(start, content, stop, style, event.value, anchor)
        is_flow = bool(event.flow_style)  # type: ignore[attr-defined]
        is_map = isinstance(event, yaml.MappingStartEvent)
        if not is_flow:
            content = start if match is None or content == start else match.end()
        last = yaml.MappingEndEvent if is_map else yaml.SequenceEndEvent
        entries = []
        while not isinstance(inner := self._next(), last):
            first = self._node(inner, depth + 1)
            entries.append(YamlEntry(first, self._node(self._next(), depth + 1)) if is_map else YamlEntry(None, first))
        if is_flow:
            self._end = inner.end_mark.index  # type: ignore[union-attr]
        base = self._base
        return Branch(base + start, base + content, base + self._end, is_map, is_flow, tuple(entries), anchor)

    def _leaf(self, start: int, content: int, stop: int, style: str, text: str, anchor: str | None) -> Leaf:
        """Returns a leaf without the white space behind it; a block text keeps its line breaks only with `|+`."""
        raw_text = self._text[content:stop]
        if style in ("|", ">"):
            if "+" not in LINE_BREAK.split(raw_text, maxsplit=1)[0].partition(" ")[0]:
                stop = content + len(raw_text.rstrip("\r\n"))
        else:
            stop = start + len(self._text[start:stop].rstrip(" \t\r\n"))
        content = min(content, stop)
        self._end = max(self._end, stop)
        base = self._base
        return Leaf(base + start, base + content, base + stop, style, text, anchor)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """All single values and aliases, keys too, in the order of the text."""
    if isinstance(node, Leaf):
        yield node
    elif node is not None:
        for entry in node.entries:
            yield from leaves(entry.key)
            yield from leaves(entry.value)


@dataclass(frozen=True, slots=True)
class YamlComment:
    """A comment from `#` to the end of the line. `is_alone` says that the line has nothing else."""

    start: int
    end: int
    is_alone: bool


def comments(text: str, node: Node | None, start: int = 0, end: int | None = None) -> tuple[YamlComment, ...]:
    """The comments of `text[start:end]`, of which `node` is the layout. Those inside of a block text's head are not."""
    end = len(text) if end is None else end
    result: list[YamlComment] = []
    at = start
    for leaf in leaves(node):
        if leaf.end > leaf.start:
            _comments_between(text, at, min(leaf.start, end), result)
            at = max(at, leaf.end)
    _comments_between(text, at, end, result)
    return tuple(result)


def _comments_between(text: str, start: int, end: int, comments: list[YamlComment]) -> None:
    at = text.find("#", start, end)
    while at >= 0:
        stop = line_end(text, at)
        comments.append(YamlComment(at, stop, not text[line_start(text, at) : at].strip(" \t\ufeff")))
        at = text.find("#", stop, end)


def line_start(text: str, offset: int) -> int:
    """Returns where the line of the character at `offset` begins."""
    while offset > 0 and text[offset - 1] not in "\n\r":
        offset -= 1
    return offset


def line_end(text: str, offset: int) -> int:
    """Returns where that line's break stands, or the text ends."""
    match = LINE_BREAK.search(text, offset)
    return match.start() if match else len(text)


def next_line(text: str, offset: int) -> int:
    """Returns where the line after that begins, or the text ends."""
    match = LINE_BREAK.search(text, offset)
    return match.end() if match else len(text)


def column(text: str, offset: int) -> int:
    """Returns how many characters stand before `offset` in its line."""
    return offset - line_start(text, offset)


def line_break(text: str) -> str:
    """Returns the line break of the text."""
    return "\r\n" if "\r\n" in text else "\n"
