"""The `resources` of a Runefile, as they are written."""

from __future__ import annotations

from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.fields import Field, is_null, read_fields, read_named, read_text, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ResourceSyntax, Word
from rune.source.runefile.yaml.values import ComposedDocument, Map, Value
from rune.wording import quoted

_RESOURCE_KEYS = ("inline", "path", "type")


def read_resources(
    field: Field | None, document: ComposedDocument, report: DiagnosticReport
) -> tuple[ResourceSyntax, ...]:
    """All resources; one of which nothing could be read stays known by its name, so that its users are not blamed."""
    return tuple(_resource(name, value, document, report) for name, value in read_named(field, "resource", report))


def _resource(name: Word, value: Value, document: ComposedDocument, report: DiagnosticReport) -> ResourceSyntax:
    at = name.span.start.offset
    if at in document.broken_offsets or (document.is_damaged(at) and not isinstance(value, Map)):
        return ResourceSyntax(name, None, None, is_binary=False, is_sound=False)
    if not isinstance(value, Map):
        wrong_shape(report, f"The resource {quoted(name.text)}", "a map with `path` or `inline`", value)
        return ResourceSyntax(name, None, None, is_binary=False, is_sound=False)
    before = report.error_count
    fields = read_fields(value, _RESOURCE_KEYS, "in a resource", report, strict=True)
    inline = path = None
    if "inline" in fields and not is_null(fields["inline"][1]):
        inline = read_text(fields["inline"][1], "`inline`", report, may_be_empty=True)
    if "path" in fields and not is_null(fields["path"][1]):
        path = read_text(fields["path"][1], "`path`", report)
    is_binary = "type" in fields and _is_binary(fields["type"][1], report)
    if inline is not None and path is not None:
        message = f'The resource {quoted(name.text)} can\'t specify both a "path" and "inline" default value'
        report.error(Code.RESOURCE_TWO_SOURCES, message, name.span, ["Keep one of them."])
    is_sound = report.error_count == before and not document.is_damaged(at)
    return ResourceSyntax(name, None if inline is None else inline.text, path, is_binary, is_sound)


def _is_binary(value: Value, report: DiagnosticReport) -> bool:
    word = read_text(value, "The type of a resource", report)
    if word is None or word.text in ("string", "binary"):
        return word is not None and word.text == "binary"
    notes, fixes = report.suggestion(word.text, word.span, ("string", "binary"))
    cause = f"unknown variant {quoted(word.text)}, expected one of `string`, `binary`"
    message = f"Unable to parse the input: {cause} as the type of a resource"
    report.error(Code.WRONG_SHAPE, message, word.span, notes, fixes)
    return False
