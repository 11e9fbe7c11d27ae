"""Checks whether a stage can give the types that someone wants to declare, before they are written.

It changes nothing, and has no rules of its own: the text as it would be is checked like any other.
"""

from __future__ import annotations

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import edit_graph
from rune.editing.language.graph_edits.kinds import GraphEditRefused, SetOutputs
from rune.editing.language.revisions import revised
from rune.source.runefile import Diagnostic, Severity
from rune.tensor import TensorType


def types_fit(analysis: Analysis, stage: str, types: tuple[TensorType, ...] | None) -> str | None:
    """Returns why the outputs of `stage` cannot be declared so, or left out with None; None when they can.

    What later stages then lack does not count: they may be changed next.
    """
    try:
        edits = edit_graph(analysis, SetOutputs(stage, types))
    except GraphEditRefused as refusal:
        return refusal.reason
    before = {(each.code, each.message) for each in _errors(analysis, stage)}
    new = [each for each in _errors(revised(analysis, edits), stage) if (each.code, each.message) not in before]
    return f"{new[0].message}." if new else None


def _errors(analysis: Analysis, name: str) -> list[Diagnostic]:
    """Returns the errors in the lines of a stage."""
    lines = sorted((stage.name.span.start.line, stage.name.text) for stage in analysis.checked_runefile.syntax.stages)
    first = next((line for line, other in lines if other == name), None)
    if first is None:
        return []
    last = next((line for line, _ in lines if line > first), None)
    return [
        each
        for each in analysis.checked_runefile.diagnostics
        if each.severity is Severity.ERROR
        and each.file == analysis.runefile
        and each.span.start.line >= first
        and (last is None or each.span.start.line < last)
    ]
