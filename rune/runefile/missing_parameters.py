"""What a capability must be told and is not, with what to write where its declared type leaves one answer only."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rune.abi import Capability, PixelFormat
from rune.runefile.codes import Code
from rune.runefile.diagnostics import Fix
from rune.runefile.report import Report
from rune.runefile.source import SourceText
from rune.runefile.syntax import Form, StageSyntax
from rune.tensor import ElementType, TensorType
from rune.wording import quoted

_FIRST_LINE = re.compile(r"(?P<indent> *)[\"']?capability\b")


def report_missing(
    stage: StageSyntax,
    kind: Capability,
    names: Collection[str],
    given: Mapping[str, int | float],
    declared: TensorType | None,
    report: Report,
) -> None:
    """Reports each of `names`; `given` are the parameters that could be read."""
    for name in names:
        value = None if declared is None else _following(kind, name, given, declared)
        what = f"`{name}: ` and a number" if value is None else f"`{name}: {value}`"
        report.error(
            Code.MISSING_PARAMETER,
            f'The "{name}" argument wasn\'t set for {quoted(stage.name.text)}',
            stage.target.span,
            [f"{kind.name} needs it: write {what} under `args`."],
            [] if value is None else _fixes(stage, f"{name}: {value}", report),
        )


def _following(kind: Capability, name: str, given: Mapping[str, int | float], declared: TensorType) -> int | None:
    """What a parameter can only be, for a tensor of the declared type to come of it; None where that is not clear."""
    if kind in (Capability.IMAGE, Capability.FLOAT_IMAGE):
        channels = 1 if given.get("pixel_format", PixelFormat.RGB) == PixelFormat.GRAYSCALE else 3
        if len(declared.dimensions) != 4 or declared.dimensions[::3] != (1, channels):
            return None
        return {"width": declared.dimensions[1], "height": declared.dimensions[2]}.get(name)
    other = given.get("sample_duration_ms" if name == "hz" else "hz")
    if kind is not Capability.SOUND or declared.element is not ElementType.I16 or not isinstance(other, int):
        return None
    value, rest = divmod(declared.count * 1000, other) if other > 0 else (0, 1)
    return value if value > 0 and rest == 0 else None


def _fixes(stage: StageSyntax, line: str, report: Report) -> list[Fix]:
    """The edit that writes an argument in front of the others, or the first one; none where the text is too unusual."""
    source = report.source
    if source is None or report.form is Form.TEXT:
        return []
    found = _place(stage, line, source)
    return [] if found is None else [report.replace(source.span(found[0], found[0]), found[1], f"Write {line}")]


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
