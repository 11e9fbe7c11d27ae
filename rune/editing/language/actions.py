"""Code actions at a place of a Runefile: fixes of problems, and rewrites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from rune.editing.language.apply import apply_fixes
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.infer import infer_types
from rune.source.runefile import Diagnostic, Edit
from rune.wording import counted


class ActionKind(Enum):
    """The menu in which an editor offers an action."""

    QUICK_FIX = "quickfix"
    REFACTOR = "refactor"
    FIX_ALL = "fix-all"


@dataclass(frozen=True)
class Action:
    """One code action, with a title for a button. `code` is that of the diagnostic which it fixes."""

    title: str
    kind: ActionKind
    edits: tuple[Edit, ...]
    code: str | None = None


def actions(analysis: Analysis, start: int, end: int) -> tuple[Action, ...]:
    """The code actions between two offsets: fixes first, then those of the whole file."""
    diagnostics = analysis.checked_runefile.diagnostics
    selected_diagnostics = [item for item in diagnostics if touches(item, start, end)]
    actions = [
        Action(fix.title, ActionKind.QUICK_FIX, fix.edits, item.code)
        for item in selected_diagnostics
        for fix in item.fixes
    ]
    actions += _all_of_a_kind(analysis, {item.code for item in selected_diagnostics if item.fixes})
    actions += _types(analysis)
    actions += _everything(analysis)
    return tuple(dict.fromkeys(actions))


def touches(diagnostic: Diagnostic, start: int, end: int) -> bool:
    """Returns whether a problem stands between two offsets."""
    span = diagnostic.span
    return span.start.offset <= max(start, end) and start <= span.end.offset


def _all_of_a_kind(analysis: Analysis, codes: Iterable[str]) -> Iterator[Action]:
    for code in sorted(codes):
        alike = [item for item in analysis.checked_runefile.diagnostics if item.code == code and item.fixes]
        edits, count = _together(analysis, alike)
        if count > 1:
            yield Action(f"Fix all {count} problems of this kind", ActionKind.QUICK_FIX, edits, code)


def _everything(analysis: Analysis) -> Iterator[Action]:
    edits, count = _together(analysis, analysis.checked_runefile.diagnostics)
    if count:
        yield Action(f"Fix {counted(count, 'problem')} of this file", ActionKind.FIX_ALL, edits)


def _types(analysis: Analysis) -> Iterator[Action]:
    edits = infer_types(analysis)
    if edits:
        yield Action("Fill in output types", ActionKind.REFACTOR, edits)


def _together(analysis: Analysis, diagnostics: Iterable[Diagnostic]) -> tuple[tuple[Edit, ...], int]:
    """The edits of all fixes that do not overlap, and the number of these fixes."""
    source = analysis.source
    result = apply_fixes({source.file: source.text}, diagnostics)
    return tuple(edit for fix in result.applied_fixes for edit in fix.edits), len(result.applied_fixes)
