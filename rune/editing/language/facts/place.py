"""The place of an offset in a Runefile: its key or value, and its stage. It does not interpret them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.yaml.tolerant_parser import MARK, read_tolerantly
from rune.source.runefile import Span
from rune.source.runefile.codes import Code
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileSyntax, StageKind, StageSyntax
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar

Path = tuple[str | int, ...]
"""The keys, and numbers of list items from 0, that lead to a value: `("pipeline", "audio", "inputs", 0)`."""

KIND_KEYS = {kind.value: kind for kind in StageKind}


@dataclass(frozen=True)
class TextPlace:
    """A word of the text. `path` leads to it; of a key it leads to the map that holds it."""

    path: Path
    is_key: bool
    word: YamlScalar

    @property
    def stage(self) -> str | None:
        """The name of the stage in which, or at whose name, the place is."""
        return self._entry_name("pipeline")

    @property
    def resource(self) -> str | None:
        """The name of the resource in which, or at whose name, the place is."""
        return self._entry_name("resources")

    def _entry_name(self, part: str) -> str | None:
        if not self.path or self.path[0] != part:
            return None
        if len(self.path) == 1:
            return self.word.text if self.is_key else None
        return str(self.path[1])

    @property
    def inner(self) -> Path:
        """The path inside the stage or resource: `("inputs", 0)`."""
        return self.path[2:]


def tree(analysis: Analysis) -> Value | None:
    """The values of the Runefile, from the strict parser, or from the tolerant one where that failed."""
    checked_runefile = analysis.checked_runefile
    is_whole = all(item.code != Code.YAML_SYNTAX.value for item in checked_runefile.diagnostics)
    if checked_runefile.root is not None and is_whole:
        return checked_runefile.root
    if checked_runefile.root is None and checked_runefile.syntax.stages:
        return _tree_of(checked_runefile.syntax)
    return tolerant_tree(analysis.runefile, checked_runefile.source.text)


@lru_cache(maxsize=8)
def tolerant_tree(file: str, text: str) -> Value | None:
    """The values of a text that may be broken."""
    return read_tolerantly(SourceText(file, text))


def place_at(analysis: Analysis, offset: int) -> TextPlace | None:
    """The word at an offset, which may stand right behind it; None between words."""
    innermost: TextPlace | None = None
    for place in places(tree(analysis)):
        span = place.word.span
        if span.start.offset <= offset <= span.end.offset and span.start.offset < span.end.offset:
            if offset < span.end.offset:
                return place
            innermost = place
    return innermost


def places(root: Value | None) -> Iterator[TextPlace]:
    """Every key and every single value, in the order of the text."""
    waiting: list[tuple[Path, Value]] = [] if root is None else [((), root)]
    while waiting:
        path, value = waiting.pop()
        match value:
            case YamlScalar():
                yield TextPlace(path, False, value)
            case Sequence():
                waiting += [((*path, index), item) for index, item in reversed(list(enumerate(value.items)))]
            case Map():
                below: list[tuple[Path, Value]] = []
                for key, item in value.entries:
                    if isinstance(key, YamlScalar):
                        yield TextPlace(path, True, key)
                        below.append(((*path, key.text), item))
                waiting += reversed(below)


@dataclass(frozen=True)
class TextEntry:
    """A stage or a resource as it stands in the text, whole or not."""

    name: YamlScalar
    value: Value
    span: Span

    def field(self, key: str) -> Value | None:
        """The value of a key, that of the first when it repeats."""
        return next((value for name, value in fields(self.value) if name.text == key), None)

    def scalar(self, key: str) -> YamlScalar | None:
        value = self.field(key)
        return value if isinstance(value, YamlScalar) else None

    @property
    def kind(self) -> StageKind | None:
        """The kind of a stage: the first one, in the order of the language, whose key is there."""
        present = {name.text for name, _ in fields(self.value)}
        return next((kind for kind in StageKind if kind.value in present), None)

    @property
    def target(self) -> YamlScalar | None:
        """For a stage: what it runs, reads or sends to."""
        return None if self.kind is None else self.scalar(self.kind.value)

    @property
    def inputs(self) -> tuple[YamlScalar, ...]:
        value = self.field("inputs")
        items = value.items if isinstance(value, Sequence) else ()
        return tuple(item for item in items if isinstance(item, YamlScalar))

    @property
    def arguments(self) -> dict[str, YamlScalar]:
        """Single values by name, with `_` in place of `-`."""
        fields_by_name = fields(self.field("args"))
        return {name.text.replace("-", "_"): value for name, value in fields_by_name if isinstance(value, YamlScalar)}


def fields(value: Value | None) -> tuple[tuple[YamlScalar, Value], ...]:
    """The entries of a map whose keys are single values; nothing of what is no map."""
    if not isinstance(value, Map):
        return ()
    return tuple((key, item) for key, item in value.entries if isinstance(key, YamlScalar))


def entries(root: Value | None, part: str) -> dict[str, TextEntry]:
    """The stages (`pipeline`) or the resources (`resources`) by name, the first of each."""
    entries_by_name: dict[str, TextEntry] = {}
    for key, value in fields(root):
        if key.text == part:
            for name, item in fields(value):
                end = max(name.span.end, item.span.end)
                entries_by_name.setdefault(name.text, TextEntry(name, item, Span(name.span.start, end)))
    return entries_by_name


@dataclass(frozen=True)
class TextCursor:
    """The place where something is being written. `span` is the word that a completion replaces, quotes not included.

    `root` are the values of the text with a mark at the cursor: its texts can be used, its spans are shifted.
    """

    path: Path
    is_key: bool
    span: Span
    prefix: str
    quote: str
    is_alone: bool
    """Whether the word is the first of its line, or of its list item."""
    is_flow: bool
    """True if it stands in brackets."""
    has_colon: bool
    """Whether a key's colon is there already."""
    needs_space: bool
    """Whether a colon or a dash stands right before it."""
    column: int
    """The column of the first character of the line that is no space, from 0."""
    root: Value | None

    @property
    def stage(self) -> str | None:
        return str(self.path[1]) if len(self.path) > 1 and self.path[0] == "pipeline" else None


def cursor_at(source: SourceText, offset: int) -> TextCursor | None:
    """Returns the text before an offset; None in a comment, and after a word and a space."""
    text = source.text
    offset = max(0, min(offset, len(text)))
    marked_source = SourceText(source.file, text[:offset] + MARK + text[offset:])
    root = read_tolerantly(marked_source)
    place_here = next((place for place in places(root) if _holds(place.word, offset)), None)
    if place_here is None:
        return None
    start, end = place_here.word.span.start.offset, place_here.word.span.end.offset - 1
    quote = text[start : start + 1] if start < offset and text[start : start + 1] in ("'", '"') else ""
    if quote:
        start += 1
        end -= end > start and text[end - 1] == quote
    prefix = text[start:offset]
    if not prefix and text[offset : offset + 1].isspace():
        end = offset  # Text after a space is another word.
    if offset > max(end, start) or "\n" in text[start:end] or (prefix[-1:].isspace() and not quote):
        return None
    line_start, line_end = source.line_bounds(source.position(start).line)
    before = text[line_start:start]
    behind = text[end + len(quote) : line_end].lstrip(" \t")
    return TextCursor(
        place_here.path,
        place_here.is_key,
        source.span(start, end),
        prefix,
        quote,
        not before.rstrip("\"'").strip(" \t-"),
        _is_in_brackets(root, marked_source.text, offset),
        place_here.is_key and behind.startswith(":"),
        not quote and before[-1:] in (":", "-") and before.strip() != "",
        len(before) - len(before.lstrip(" \t")),
        root,
    )


def _holds(word: YamlScalar, offset: int) -> bool:
    return word.span.start.offset <= offset < word.span.end.offset


def _is_in_brackets(root: Value | None, text: str, offset: int) -> bool:
    """Returns whether a list or map in brackets holds the cursor."""
    waiting = [] if root is None else [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, YamlScalar):
            continue
        start = value.span.start.offset
        if start < offset <= value.span.end.offset and text[start : start + 1] in ("[", "{"):
            return True
        if isinstance(value, Sequence):
            waiting += value.items
        else:
            waiting += [part for entry in value.entries for part in entry]
    return False


def _tree_of(syntax: RunefileSyntax) -> Value:
    """The values of a file that is no YAML, at the places where they stand in it; keys stand nowhere."""
    nowhere = syntax.pipeline_span
    stages = [(YamlScalar(stage.name.text, stage.name.text, stage.name.span), _stage(stage)) for stage in syntax.stages]
    pipeline = Map(tuple(stages), nowhere)
    return Map(((_key("pipeline", nowhere), pipeline),), nowhere)


def _stage(stage: StageSyntax) -> Value:
    span = stage.name.span
    target = YamlScalar(stage.target.text, stage.target.text, stage.target.span)
    pairs: list[tuple[Value, Value]] = [(_key(stage.kind.value, span), target)]
    if stage.inputs:
        items = tuple(YamlScalar(item.text, item.text, item.whole) for item in stage.inputs)
        pairs.append((_key("inputs", span), Sequence(items, span)))
    if stage.arguments:
        arguments = tuple(
            (YamlScalar(item.name, item.name, item.name_span), YamlScalar(str(item.value), item.value, item.span))
            for item in stage.arguments
        )
        pairs.append((_key("args", span), Map(arguments, span)))
    return Map(tuple(pairs), span)


def _key(text: str, near: Span) -> YamlScalar:
    return YamlScalar(text, text, Span(near.start, near.start))
