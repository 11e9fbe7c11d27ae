"""Invariants of formatting."""

from __future__ import annotations

from rune.editing.language.apply import apply_edits
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.format.formatting import format_text
from tests.support.language.graph_models import graph_of, remarks
from tests.support.language.written_runefiles import analysed


def formatted(analysis: Analysis) -> str:
    return apply_edits(analysis.source.text, format_text(analysis))


def check_formatting(text: str) -> None:
    """Formats, and holds what is always true of it."""
    before = analysed(text)
    result = formatted(before)
    after = analysed(result)
    assert graph_of(after) == graph_of(before)
    assert [each.inline for each in after.checked_runefile.syntax.resources] == [
        each.inline for each in before.checked_runefile.syntax.resources
    ]
    assert remarks(result) == remarks(text)
    assert format_text(after) == ()
