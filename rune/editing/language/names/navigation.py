"""Going from a name to where it is defined and used, and giving stages and resources other names."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import TextPlace, place_at, places, tree
from rune.editing.language.names.mentions import NamedThing, NameMention, mention_at, mention_in, mentions
from rune.project.files import FileError, normal_path
from rune.source.runefile import Edit, Span
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileForm, StageKind
from rune.source.runefile.yaml.values import core_value
from rune.wording import quoted


@dataclass(frozen=True)
class Location:
    """A place in a file of the project."""

    file: str
    span: Span


class RenameRefused(Exception):
    """A name that cannot be given, or a place where nothing can be renamed; `reason` is for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_STAGE_NAME = re.compile(r"[a-zA-Z_][\w-]*\Z", re.ASCII)
_RESOURCE_NAME = re.compile(r"[a-zA-Z_]\w*\Z", re.ASCII)


def definition(analysis: Analysis, offset: int) -> tuple[Location, ...]:
    """Returns where the stage, the resource or the file at an offset is; empty when it is nowhere."""
    place = place_at(analysis, offset)
    mention = mention_at(analysis, place)
    if mention is not None:
        first = _definition_of(analysis, mention)
        return () if first is None else (Location(analysis.runefile, first.span),)
    return () if place is None else _file_at(analysis, place)


def references(analysis: Analysis, offset: int, *, with_definition: bool = True) -> tuple[Location, ...]:
    """Returns all places that name the stage or the resource at an offset, in the order of the text."""
    mention = mention_at(analysis, place_at(analysis, offset))
    if mention is None:
        return ()
    return tuple(
        Location(analysis.runefile, other.span)
        for other in _same(analysis, mention)
        if with_definition or not other.is_definition
    )


def prepare_rename(analysis: Analysis, offset: int) -> Span | None:
    """The name at an offset that `rename` would change, or None if there is none."""
    if analysis.checked_runefile.syntax.form is RunefileForm.TEXT:
        return None
    mention = mention_at(analysis, place_at(analysis, offset))
    if mention is None or _definition_of(analysis, mention) is None:
        return None
    return mention.span


def rename(analysis: Analysis, offset: int, name: str) -> tuple[Edit, ...]:
    """The edits that give the stage or the resource at an offset another name wherever it is named.

    Raises `RenameRefused` for a name that another has, that is none, where nothing can be renamed, and where an alias
    makes something else of the text that is the name. Of several
    definitions of one name those who refer to it follow the first.
    """
    if analysis.checked_runefile.syntax.form is RunefileForm.TEXT:
        raise RenameRefused("This Runefile is in the old text format; convert it to YAML with `rune fmt` first")
    mention = mention_at(analysis, place_at(analysis, offset))
    if mention is None or _definition_of(analysis, mention) is None:
        raise RenameRefused("There is no stage or resource here to rename")
    if name == mention.name:
        return ()
    _check_name(analysis, mention, name)
    first = _definition_of(analysis, mention)
    changed = _same(analysis, mention)
    if mention.is_definition and first is not None and mention.span != first.span:
        changed = [mention]
    else:
        changed = [other for other in changed if not other.is_definition or other == first]
    _require_names_only(analysis, set(changed))
    return tuple(Edit(analysis.runefile, span, name) for span in dict.fromkeys(other.span for other in changed))


def _require_names_only(analysis: Analysis, changed: Collection[NameMention]) -> None:
    """Raises `RenameRefused` where a text that changes is something else too, as the value of an argument."""
    mentions = [(place.word, mention_in(place, analysis.source)) for place in places(tree(analysis))]
    spans = {word.span for word, mention in mentions if mention in changed}
    for word, mention in mentions:
        if word.span in spans and mention not in changed:
            line = word.span.start.line
            raise RenameRefused(
                f"An alias uses the name in line {line} as something else too; write it out there first"
            )


def _check_name(analysis: Analysis, mention: NameMention, name: str) -> None:
    if mention.of is NamedThing.STAGE and not _STAGE_NAME.match(name):
        raise RenameRefused(
            f"{quoted(name)} cannot name a stage: a name starts with a letter or _ and goes on with letters, digits,"
            " _ and -"
        )
    if mention.of is NamedThing.RESOURCE and not _RESOURCE_NAME.match(name):
        raise RenameRefused(
            f"{quoted(name)} cannot name a resource: a name starts with a letter or _ and goes on with letters, digits"
            " and _"
        )
    if not isinstance(core_value(name), str):
        raise RenameRefused(f"{quoted(name)} is not a text in YAML: choose another name")
    for other in mentions(analysis):
        if other.is_definition and other.name == name:
            line = other.span.start.line
            raise RenameRefused(f"The {other.of.value} in line {line} has the name {quoted(name)} already")


def _same(analysis: Analysis, mention: NameMention) -> list[NameMention]:
    return [other for other in mentions(analysis) if other.of is mention.of and other.name == mention.name]


def _definition_of(analysis: Analysis, mention: NameMention) -> NameMention | None:
    return next((other for other in _same(analysis, mention) if other.is_definition), None)


def _file_at(analysis: Analysis, place: TextPlace) -> tuple[Location, ...]:
    """The file of the project that a model or a resource names."""
    match place.path:
        case ("pipeline", str(), StageKind.MODEL.value) | ("resources", str(), "path") if not place.is_key:
            pass
        case _:
            return ()
    try:
        path = normal_path(place.word.text.strip())
    except FileError:
        return ()
    start = SourceText(path, "").span(0, 0)
    return (Location(path, start),) if path in analysis.files.paths() else ()
