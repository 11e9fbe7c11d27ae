"""Semantic tokens of a Runefile, for colours: keys, stages, blocks, types, numbers, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import TextPlace, places, tree
from rune.source.runefile import Span
from rune.source.runefile.syntax import RunefileForm, StageKind
from rune.source.runefile.yaml.values import YamlScalar


class TokenKind(Enum):
    """The kind of a word."""

    KEY = "key"
    STAGE = "stage"
    CAPABILITY = "capability"
    BLOCK = "block"
    FILE = "file"
    OUTPUT = "output"
    ARGUMENT = "argument"
    TYPE = "type"
    RESOURCE = "resource"
    NUMBER = "number"
    TEXT = "text"
    COMMENT = "comment"


@dataclass(frozen=True)
class Token:
    """A word on one line. `is_definition` where a stage or a resource gets its name."""

    kind: TokenKind
    span: Span
    is_definition: bool = False


_TARGETS = {
    StageKind.CAPABILITY.value: TokenKind.CAPABILITY,
    StageKind.BLOCK.value: TokenKind.BLOCK,
    StageKind.MODEL.value: TokenKind.FILE,
    StageKind.OUTPUT.value: TokenKind.OUTPUT,
}
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\r\n]*", re.MULTILINE)


def tokens(analysis: Analysis) -> tuple[Token, ...]:
    """All words in the order of the text; none overlap."""
    candidates = []
    for place in places(tree(analysis)):
        kind, is_definition = _kind(place)
        candidates += [Token(kind, span, is_definition) for span in _lines(analysis, place.word.span)]
    candidates.sort(key=lambda token: token.span.start)
    candidates = _apart(candidates)
    comments = [Token(TokenKind.COMMENT, span) for span in _comments(analysis, candidates)]
    return tuple(sorted([*candidates, *comments], key=lambda token: token.span.start))


def _kind(place: TextPlace) -> tuple[TokenKind, bool]:
    if place.is_key:
        match place.path:
            case ("pipeline",):
                return TokenKind.STAGE, True
            case ("resources",):
                return TokenKind.RESOURCE, True
            case ("pipeline", str(), "args"):
                return TokenKind.ARGUMENT, False
            case _:
                return TokenKind.KEY, False
    word = place.word
    if place.stage is not None and word.text.strip().startswith("$"):
        return TokenKind.RESOURCE, False
    match place.path:
        case ("pipeline", str(), "inputs", *_):
            return TokenKind.STAGE, False
        case ("pipeline", str(), str(kind)) if kind in _TARGETS:
            return _TARGETS[kind], False
        case ("pipeline", str(), "outputs", int(), "type"):
            return TokenKind.TYPE, False
        case ("resources", str(), "path"):
            return TokenKind.FILE, False
        case _:
            return _plain(word), False


def _plain(word: YamlScalar) -> TokenKind:
    is_number = isinstance(word.value, int | float) and not isinstance(word.value, bool)
    return TokenKind.NUMBER if is_number else TokenKind.TEXT


def _lines(analysis: Analysis, span: Span) -> Iterator[Span]:
    """A span cut at the ends of lines, without the indentation."""
    source = analysis.source
    for line in range(span.start.line, span.end.line + 1):
        begin, end = source.line_bounds(line)
        start, stop = max(begin, span.start.offset), min(end, span.end.offset)
        start += len(source.text[start:stop]) - len(source.text[start:stop].lstrip())
        if start < stop:
            yield source.span(start, stop)


def _apart(tokens: list[Token]) -> list[Token]:
    """Returns the tokens without those that overlap another, as an alias does that means a value once more."""
    separate: list[Token] = []
    for token in tokens:
        if not separate or token.span.start >= separate[-1].span.end:
            separate.append(token)
    return separate


def _comments(analysis: Analysis, tokens: list[Token]) -> Iterator[Span]:
    """A `#` after a space that stands in no word starts one."""
    source = analysis.source
    if analysis.checked_runefile.syntax.form is RunefileForm.TEXT:
        return
    starts = [token.span.start.offset for token in tokens]
    ends = [token.span.end.offset for token in tokens]
    index = 0
    at = 0
    while (match := _COMMENT.search(source.text, at)) is not None:
        while index < len(starts) and ends[index] <= match.start():
            index += 1
        if index < len(starts) and starts[index] <= match.start():
            at = ends[index]
            continue
        yield source.span(match.start(), match.end())
        at = match.end()
