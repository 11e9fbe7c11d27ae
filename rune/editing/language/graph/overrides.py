"""Overrides of a pipeline's arguments, for people who do not write Runefiles: lists the arguments that a form can show,
and applies new values to the files. A list of labels is an argument too; its text is a file of its own.

An override states the value that it replaces. If the argument has another value by now, the override is refused. In a
text of several lines, only the lines that the override changes must be as they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rune.editing.language.apply import apply_edits, edits_by_file
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import GraphEditRefused, SetArgument, edit_graph
from rune.editing.language.graph_edits.palette import StageArgument, Value, stage_arguments
from rune.project.files import ProjectFiles, normal_path
from rune.source.runefile import Edit
from rune.wording import plain, quoted

LONGEST_SHOWN = 60
"""Characters of a value that a refusal repeats."""


class OverrideRefused(Exception):
    """An override that cannot be applied; `reason` is a sentence for its author, or for the person who applies it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Override:
    """A change of an argument from `before` to `after`; both are texts, and "" leaves it out."""

    stage: str
    argument: str
    before: str
    after: str


@dataclass(frozen=True)
class OverridableFields:
    """The arguments of a stage that may be overridden."""

    stage: str
    arguments: tuple[StageArgument, ...]


Reread = Callable[[ProjectFiles], Analysis]
"""Analyses a project whose files changed."""


def overridable(analysis: Analysis) -> tuple[OverridableFields, ...]:
    """The stages that have such arguments, in the order of the text."""
    stages = (stage.name.text for stage in analysis.checked_runefile.syntax.stages)
    stage_fields = (
        OverridableFields(name, tuple(filter(_is_ours, stage_arguments(analysis, name)))) for name in stages
    )
    return tuple(fields for fields in stage_fields if fields.arguments)


def value_text(argument: StageArgument) -> str:
    """Returns the value of an argument, as a text with `\\n` between its lines; "" where it is omitted."""
    if argument.text is not None:
        return _lines_of(argument.text)
    value = argument.value
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _lines_of(str(value))


def overridden_texts(analysis: Analysis, overrides: Iterable[Override], reread: Reread) -> Mapping[str, str]:
    """The whole new texts of the files that the overrides change, by path. Raises `OverrideRefused`."""
    texts: dict[str, str] = {}
    for override in overrides:
        for path, edits in edits_by_file(_edits(analysis, override)).items():
            before = analysis.source.text if path == analysis.runefile else analysis.text_file(path) or ""
            texts[path] = apply_edits(before, edits)
        analysis = reread(_Changed(analysis.files, texts))
    return texts


@dataclass(frozen=True)
class _Changed:
    """A project in which some files have other texts."""

    files: ProjectFiles
    texts: Mapping[str, str]

    def read(self, path: str) -> bytes:
        text = self.texts.get(normal_path(path))
        return self.files.read(path) if text is None else text.encode("utf-8", "surrogatepass")

    def paths(self) -> tuple[str, ...]:
        return self.files.paths()


def _edits(analysis: Analysis, override: Override) -> tuple[Edit, ...]:
    arguments = {
        argument.field.name: argument for argument in filter(_is_ours, stage_arguments(analysis, override.stage))
    }
    argument = arguments.get(override.argument)
    if argument is None:
        raise OverrideRefused(f"There is no argument {quoted(override.argument)} of a stage {quoted(override.stage)}.")
    now = value_text(argument)
    new_text = merge_text(_lines_of(override.before), _lines_of(override.after), now)
    if new_text is None:
        raise OverrideRefused(
            f"{quoted(override.argument)} of {quoted(override.stage)} is {_display_text(now)} by now"
            f"{_was(override, now)}."
        )
    if new_text == now:
        return ()
    try:
        return edit_graph(analysis, _edit(argument, override, new_text))
    except GraphEditRefused as refusal:
        raise OverrideRefused(refusal.reason) from refusal


def merge_text(before: str, after: str, now: str) -> str | None:
    """`now` with what turns `before` into `after`; None where that place says something else by now."""
    if now in (before, after):
        return after
    lines = [text.split("\n") for text in (before, after, now)]
    if len({len(each) for each in lines}) != 1 or len(lines[0]) == 1:
        return None
    overrides = []
    for was, target, is_now in zip(*lines, strict=True):
        if was != target and is_now not in (was, target):
            return None
        overrides.append(is_now if was == target else target)
    return "\n".join(overrides)


def _edit(argument: StageArgument, override: Override, new_text: str) -> SetArgument:
    if argument.text is not None:
        ending = "\r\n" if "\r\n" in argument.text else "\n"
        return SetArgument(override.stage, override.argument, new_text.replace("\n", ending), "text")
    return SetArgument(
        override.stage, override.argument, None if new_text == "" else _value(argument, override, new_text)
    )


def _value(argument: StageArgument, override: Override, new_text: str) -> Value:
    field, what = argument.field, f"{quoted(override.argument)} of {quoted(override.stage)}"
    if field.kind == "choice" and new_text not in field.choices:
        raise OverrideRefused(f"{what} must be one of {', '.join(field.choices)}.")
    if field.kind not in ("integer", "float", "switch"):
        if new_text.startswith("$"):
            raise OverrideRefused(f"{what} cannot begin with $, which names a resource.")
        return new_text
    number = _number(new_text)
    if number is None or (field.kind != "float" and not isinstance(number, int)):
        raise OverrideRefused(f"{what} must be a {'number' if field.kind == 'float' else 'whole number'}.")
    low, high = (0, 1) if field.kind == "switch" else (field.minimum, field.maximum)
    if low is not None and number < low:
        raise OverrideRefused(f"{what} must be at least {low:g}.")
    if high is not None and number > high:
        raise OverrideRefused(f"{what} must be at most {high:g}.")
    return number


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_ours(argument: StageArgument) -> bool:
    """Returns whether its text is the project's: the host gives others when the rune runs."""
    return argument.resource is None or argument.text is not None


def _lines_of(text: str) -> str:
    return text.replace("\r\n", "\n")


def _display_text(text: str) -> str:
    if "\n" in text:
        return "another text"
    return quoted(plain(text, LONGEST_SHOWN)) if text else "left out"


def _was(override: Override, now: str) -> str:
    if "\n" in now or "\n" in override.before:
        return ", in a line that this would change too"
    return f", and was {_display_text(override.before)} when this was suggested"
