"""The structure of a Runefile: its symbols as a tree, and its foldable ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import TextEntry, entries, fields, tree
from rune.editing.language.facts.stages import output_types_of
from rune.source.runefile import Span
from rune.source.runefile.syntax import StageKind
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar


class SymbolKind(Enum):
    """The kind of a symbol, for the icon beside it."""

    PART = "part"
    CAPABILITY = "capability"
    BLOCK = "block"
    MODEL = "model"
    OUTPUT = "output"
    STAGE = "stage"
    RESOURCE = "resource"


@dataclass(frozen=True)
class Symbol:
    """A part of the file. `span` covers all of it, `name_span` its name; `detail` is a few words."""

    name: str
    kind: SymbolKind
    detail: str
    span: Span
    name_span: Span
    children: tuple[Symbol, ...] = ()


class FoldingKind(Enum):
    """The kind of a fold."""

    REGION = "region"
    COMMENT = "comment"


@dataclass(frozen=True)
class Folding:
    """Lines that can be folded into the first of them; they count from 1, and the last is part of it."""

    first_line: int
    last_line: int
    kind: FoldingKind


_KINDS = {
    StageKind.CAPABILITY: SymbolKind.CAPABILITY,
    StageKind.BLOCK: SymbolKind.BLOCK,
    StageKind.MODEL: SymbolKind.MODEL,
    StageKind.OUTPUT: SymbolKind.OUTPUT,
    None: SymbolKind.STAGE,
}


def symbols(analysis: Analysis) -> tuple[Symbol, ...]:
    """The pipeline with its stages and the resources, in the order of the text."""
    root = tree(analysis)
    symbols = []
    for key, value in fields(root):
        if key.text == "pipeline":
            children = tuple(_stage(analysis, entry) for entry in entries(root, "pipeline").values())
        elif key.text == "resources":
            children = tuple(_resource(entry) for entry in entries(root, "resources").values())
        else:
            continue
        end = max([key.span.end, value.span.end, *(child.span.end for child in children)])
        symbols.append(Symbol(key.text, SymbolKind.PART, "", Span(key.span.start, end), key.span, children))
    return tuple(symbols)


def _stage(analysis: Analysis, entry: TextEntry) -> Symbol:
    target = "" if entry.target is None else entry.target.text
    types = ", ".join(str(type_) for type_ in output_types_of(analysis, entry) if type_ is not None)
    detail = f"{target} → {types}" if types and target else target
    return Symbol(entry.name.text, _KINDS[entry.kind], detail, entry.span, entry.name.span)


def _resource(entry: TextEntry) -> Symbol:
    path = entry.scalar("path")
    detail = path.text if path is not None else "inline" if entry.field("inline") is not None else ""
    return Symbol(entry.name.text, SymbolKind.RESOURCE, detail, entry.span, entry.name.span)


def foldings(analysis: Analysis) -> tuple[Folding, ...]:
    """Returns the values of keys that take several lines, and comments of several lines, by their first line."""
    by_line = {fold.first_line: fold for fold in _comments(analysis)}
    for fold in _values(tree(analysis)):
        other = by_line.get(fold.first_line)
        if other is None or other.last_line < fold.last_line:
            by_line[fold.first_line] = fold
    return tuple(by_line[line] for line in sorted(by_line))


def _values(root: Value | None) -> Iterator[Folding]:
    waiting = [] if root is None else [root]
    while waiting:
        value = waiting.pop()
        match value:
            case Map():
                for key, item in value.entries:
                    first, last = key.span.start.line, item.span.end.line
                    if last > first and item.span.start >= key.span.start:
                        yield Folding(first, last, FoldingKind.REGION)
                    waiting.append(item)
            case Sequence():
                waiting += value.items
            case YamlScalar():
                pass


def _comments(analysis: Analysis) -> Iterator[Folding]:
    source = analysis.source
    first: int | None = None
    for line in range(1, source.line_count + 2):
        is_comment = False
        if line <= source.line_count:
            start, end = source.line_bounds(line)
            is_comment = source.text[start:end].lstrip().startswith("#")
        if is_comment and first is None:
            first = line
        elif not is_comment and first is not None:
            if line - 1 > first:
                yield Folding(first, line - 1, FoldingKind.COMMENT)
            first = None
