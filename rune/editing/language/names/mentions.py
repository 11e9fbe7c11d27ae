"""Finds the places at which a Runefile names its stages and resources: where each is defined, and who refers to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import TextPlace, places, tree
from rune.editing.language.facts.stages import INPUT
from rune.source.runefile import Span
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import StageKind
from rune.source.runefile.yaml.values import YamlScalar

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
"""An anchor and a tag before a value."""
_RESOURCE = re.compile(r"\$(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)\Z")


class NamedThing(Enum):
    """A thing with a name."""

    STAGE = "stage"
    RESOURCE = "resource"


@dataclass(frozen=True)
class NameMention:
    """A name in the text. `span` covers the name alone: no quotes, no `$`, no number of an output."""

    of: NamedThing
    name: str
    span: Span
    is_definition: bool


def mentions(analysis: Analysis) -> Iterator[NameMention]:
    """Yields all mentions in the order of the text, each once however many aliases repeat it."""
    names = (mention_in(place, analysis.source) for place in places(tree(analysis)))
    yield from dict.fromkeys(mention for mention in names if mention is not None)


def mention_in(place: TextPlace, source: SourceText) -> NameMention | None:
    """The name that a word is or holds."""
    word = place.word
    match place.path:
        case ("pipeline",) if place.is_key:
            return NameMention(NamedThing.STAGE, word.text, inner_span(word, source), is_definition=True)
        case ("resources",) if place.is_key:
            return NameMention(NamedThing.RESOURCE, word.text, inner_span(word, source), is_definition=True)
        case ("pipeline", str(), "inputs") | ("pipeline", str(), "inputs", int()) if not place.is_key:
            return _mention(NamedThing.STAGE, INPUT.match(word.text.strip()), word, source)
        case ("pipeline", str(), StageKind.MODEL.value) | ("pipeline", str(), "args", str()) if not place.is_key:
            return _mention(NamedThing.RESOURCE, _RESOURCE.match(word.text.strip()), word, source)
        case _:
            return None


def mention_at(analysis: Analysis, place: TextPlace | None) -> NameMention | None:
    """The name at a place, or None if there is none."""
    return None if place is None else mention_in(place, analysis.source)


def _mention(of: NamedThing, match: re.Match[str] | None, word: YamlScalar, source: SourceText) -> NameMention | None:
    if match is None:
        return None
    inner = inner_span(word, source)
    literal = source.text[inner.start.offset : inner.end.offset]
    at = literal.find(match["name"])
    if at < 0:
        return NameMention(of, match["name"], inner, is_definition=False)
    start = inner.start.offset + at
    return NameMention(of, match["name"], source.span(start, start + len(match["name"])), is_definition=False)


def value_span(word: YamlScalar, source: SourceText) -> Span:
    """A value without the anchor and the tag before it."""
    start, end = word.span.start.offset, word.span.end.offset
    match = _PROPERTIES.match(source.text, start, end)
    return word.span if match is None or match.end() == start else source.span(match.end(), end)


def inner_span(word: YamlScalar, source: SourceText) -> Span:
    """The same without the quotes around it."""
    span = value_span(word, source)
    start, end = span.start.offset, span.end.offset
    literal = source.text[start:end]
    if len(literal) > 1 and literal[0] in "\"'" and literal[-1] == literal[0]:
        return source.span(start + 1, end - 1)
    return span
