"""Removes diagnostics that lines which could not be read caused elsewhere."""

from __future__ import annotations

from rune.source.runefile.codes import Code
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import ComposedDocument

_ABOUT_A_PART = frozenset(
    {
        Code.MISSING_KEY,
        Code.NO_KIND,
        Code.RESOURCE_NO_SOURCE,
        Code.NO_INPUTS,
        Code.WRONG_OUTPUT_COUNT,
        Code.MISSING_PARAMETER,
        Code.WRONG_CAPABILITY_SIZE,
        Code.MISSING_ARGUMENT,
        Code.WRONG_INPUT_COUNT,
        Code.MISSING_TYPES,
    }
)
"""The diagnostics that are impossible for a stage with an unreadable part."""
_ABOUT_THE_WHOLE = frozenset({Code.EMPTY_PIPELINE, Code.NO_OUTPUT_STAGE, Code.UNUSED_STAGE, Code.UNUSED_RESOURCE})
"""The diagnostics that are impossible while there is such a stage."""
_ABOUT_WHAT_IS_ABSENT = frozenset(
    {*_ABOUT_A_PART, *_ABOUT_THE_WHOLE, Code.EMPTY_RUNEFILE, Code.UNKNOWN_RESOURCE, Code.UNKNOWN_INPUT}
)
"""The diagnostics that are impossible while the list of stages is unknown."""


def remove_cascading_diagnostics(document: ComposedDocument, report: DiagnosticReport) -> None:
    """Removes diagnostics that were only caused by skipped lines."""
    if not document.is_whole:
        report.forget(_ABOUT_WHAT_IS_ABSENT)
    elif document.damaged_spans or document.broken_offsets:
        report.forget(_ABOUT_THE_WHOLE)
        report.forget(_ABOUT_A_PART, document.is_damaged)
