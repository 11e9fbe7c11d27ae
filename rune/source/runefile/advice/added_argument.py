"""The edit that writes one more argument into a stage, in the way in which the stage is written."""

from __future__ import annotations

import re

from rune.source.runefile.diagnostics import Fix
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileForm, StageSyntax

_FIRST_LINE = re.compile(r"(?P<indent> *)[\"']?(?:capability|proc-block)\b")


def added_argument(stage: StageSyntax, line: str, report: DiagnosticReport, title: str | None = None) -> list[Fix]:
    """The fix that writes an argument in front of the others, or the first one; none where the text is too unusual.

    It is a guess until somebody says that it is safe.
    """
    source = report.source
    if source is None or report.form is RunefileForm.TEXT:
        return []
    place = _place(stage, line, source)
    return [] if place is None else [report.guess(source.span(place[0], place[0]), place[1], title or f"Write {line}")]


def _place(stage: StageSyntax, line: str, source: SourceText) -> tuple[int, str] | None:
    text, span = source.text, stage.arguments_span
    if span is None:
        start, end = source.line_bounds(stage.target.span.start.line)
        first = _FIRST_LINE.match(text, start, end)
        if first is not None and stage.target.span.start.line > stage.name.span.start.line:
            return end, f"\n{first['indent']}args: {{{line}}}"
        in_braces = text[stage.name.span.end.offset : stage.target.span.start.offset].strip(" :\"'").startswith("{")
        return (stage.target.span.end.offset, f", args: {{{line}}}") if in_braces else None
    if not text[span.start.offset : span.end.offset].strip("{} "):
        return span.start.offset + 1, line
    if not stage.arguments or span.start.offset < stage.name.span.start.offset:
        return None  # Nothing to stand beside, or an alias of arguments that stand elsewhere.
    at = stage.arguments[0].name_span.start
    if text.startswith("{", span.start.offset):
        return at.offset, f"{line}, "
    start, _ = source.line_bounds(at.line)
    is_alone = not text[start : at.offset].strip(" ")
    return (at.offset, f"{line}\n{text[start : at.offset]}") if is_alone else None
