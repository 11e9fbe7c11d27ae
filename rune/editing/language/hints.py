"""Inlay hints of a Runefile: the output types of stages without `outputs`."""

from __future__ import annotations

from dataclasses import dataclass

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.facts.place import entries, tree
from rune.editing.language.facts.stages import output_types_of
from rune.source.runefile import Position
from rune.source.runefile.syntax import RunefileForm, StageKind


@dataclass(frozen=True)
class Hint:
    """A text to show behind what stands before `at`. It is not part of the file."""

    at: Position
    text: str


def hints(analysis: Analysis) -> tuple[Hint, ...]:
    """One for each stage whose types are known and not written, in the order of the text."""
    if analysis.checked_runefile.syntax.form is RunefileForm.TEXT:
        return ()
    hints = []
    for stage in entries(tree(analysis), "pipeline").values():
        if stage.kind is StageKind.OUTPUT or stage.target is None or stage.field("outputs") is not None:
            continue
        types = output_types_of(analysis, stage)
        type_names = [str(type_) for type_ in types if type_ is not None]
        if type_names and len(type_names) == len(types):
            hints.append(Hint(stage.target.span.end, f"→ {', '.join(type_names)}"))
    return tuple(hints)
