"""Finds the files of the project that a Runefile names, and the edits when these get other paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import TextPlace, places, tree
from rune.editing.language.names.mentions import inner_span, value_span
from rune.editing.language.yaml.scalars import needs_no_quotes, rewritten
from rune.project.files import FileError, normal_path
from rune.source.runefile import Edit, Span
from rune.source.runefile.syntax import RunefileForm, StageKind


@dataclass(frozen=True)
class FileMention:
    """A file that a model or a resource names. `path` is in its one spelling, `by` the stage's or the resource's name.

    `span` covers the path as it is written, without quotes.
    """

    path: str
    by: str
    kind: Literal["stage", "resource"]
    span: Span


def file_mentions(analysis: Analysis) -> Iterator[FileMention]:
    """Yields all mentions in the order of the text, whether or not the file is there."""
    for place in places(tree(analysis)):
        path = _mentioned_path(place)
        if path is not None:
            kind: Literal["stage", "resource"] = "resource" if place.path[0] == "resources" else "stage"
            yield FileMention(path, str(place.path[1]), kind, inner_span(place.word, analysis.source))


def rename_files(analysis: Analysis, new_paths: Mapping[str, str]) -> tuple[Edit, ...]:
    """The edits that name each of the files by its new path; a `./` before the old one is kept.

    `moved` has the new path for each old one, in their one spelling. A path that the text's form cannot hold is left,
    and so is one that an alias uses as something else too.
    """
    values = [(place, _mentioned_path(place)) for place in places(tree(analysis))]
    other = {place.word.span for place, path in values if path is None}
    edits: dict[Span, Edit] = {}
    for place, path in values:
        if path is None or path not in new_paths or place.word.span in other:
            continue
        span = value_span(place.word, analysis.source)
        prefix = "./" if place.word.text.strip().startswith("./") else ""
        text = _literal(analysis, span, prefix + new_paths[path])
        if text is not None:
            edits[span] = Edit(analysis.runefile, span, text)
    return tuple(edits.values())


def _mentioned_path(place: TextPlace) -> str | None:
    """The file that a value names; None for any other value."""
    match place.path:
        case ("pipeline", str(), StageKind.MODEL.value) | ("resources", str(), "path") if not place.is_key:
            text = place.word.text.strip()
        case _:
            return None
    try:
        return None if text.startswith("$") else normal_path(text)
    except FileError:
        return None


def _literal(analysis: Analysis, span: Span, path: str) -> str | None:
    if analysis.checked_runefile.syntax.form is RunefileForm.TEXT:
        return path if needs_no_quotes(path) else None
    start = analysis.source.text[span.start.offset]
    return rewritten(path, start if start in "\"'" else "", in_flow=True)
