"""Reading maps, lists and texts from plain values, and reporting other values in their place. Knows no stages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Edit, Fix, Span
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import Word
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar
from rune.wording import plain, quoted

_NAME = re.compile(r"[a-zA-Z_][\w-]*\Z")

Field = tuple[YamlScalar, Value]
"""A key and its value."""


def read_fields(
    value: Map,
    known_keys: Iterable[str],
    where: str,
    report: DiagnosticReport,
    *,
    strict: bool = False,
    displaced_keys: Collection[str] = (),
) -> dict[str, Field]:
    """The map's entries by key, the first of a repeated one. An unknown key is ignored, or an error if strict.

    `displaced` are keys that mean something elsewhere: in `args`.
    """
    known_keys = tuple(known_keys)
    fields: dict[str, Field] = {}
    present = {key.text for key, _ in value.entries if isinstance(key, YamlScalar)}
    for key, item in text_keys(value, report):
        name = key.text
        if name in fields:
            report.error(
                Code.REPEATED_KEY,
                f"The key {quoted(name)} stands here a second time",
                key.span,
                [f"The first is in line {fields[name][0].span.start.line}. Keep one of them."],
            )
        elif name in known_keys:
            fields[name] = (key, item)
        elif name == "<<":
            refuse_merge_key(key, report)
        elif name in displaced_keys:
            report.warning(
                Code.UNKNOWN_KEY,
                f"The key {quoted(name)} means nothing {where} and is ignored",
                key.span,
                [f"It is an argument: write it under `args` if `{name}` is to be set."],
                report.remove(Span(key.span.start, item.span.end), f"Remove {name}"),
            )
            fields.setdefault(name, (key, item))
        else:
            notes, fixes = report.suggestion(name, key.span, (other for other in known_keys if other not in present))
            if strict:
                key_list = ", ".join(f"`{key}`" for key in known_keys)
                message = f"Unable to parse the input: unknown field {quoted(name)} {where}, expected one of {key_list}"
                report.error(Code.UNKNOWN_KEY, message, key.span, notes, fixes)
            else:
                report.warning(
                    Code.UNKNOWN_KEY,
                    f"The key {quoted(name)} means nothing {where} and is ignored",
                    key.span,
                    notes,
                    fixes,
                )
            fields.setdefault(name, (key, item))
    return fields


def refuse_merge_key(key: YamlScalar, report: DiagnosticReport) -> None:
    """Says of a key `<<` that it does not do what it did in YAML 1.1."""
    report.error(
        Code.YAML_FEATURE,
        "YAML 1.2 has no merge key `<<`: nothing would be taken over from what it names",
        key.span,
        ["Write the keys out where they are meant."],
    )


def text_keys(value: Map, report: DiagnosticReport) -> Iterator[Field]:
    """The entries whose key is a single value; others are reported."""
    for key, item in value.entries:
        if isinstance(key, YamlScalar):
            yield key, item
        else:
            wrong_shape(report, "A key", "a name", key)


def missing(key: str) -> str:
    return f"Unable to parse the input: missing field `{key}`"


def description_of(value: Value) -> str:
    match value:
        case Sequence():
            return "a list"
        case Map():
            return "a map"
        case YamlScalar(value=None):
            return "nothing"
        case YamlScalar(value=bool()):
            return f"the truth value {plain(value.text)}"
        case YamlScalar(value=int() | float()):
            return f"the number {plain(value.text)}"
        case _:
            return f"the text {quoted(value.text)}"


def wrong_shape(report: DiagnosticReport, what: str, expected: str, value: Value, notes: Iterable[str] = ()) -> None:
    message = f"Unable to parse the input: {what} must be {expected}, not {description_of(value)}"
    report.error(Code.WRONG_SHAPE, message, value.span, notes)


def read_text(value: Value, what: str, report: DiagnosticReport, *, may_be_empty: bool = False) -> Word | None:
    """A value that must be a text; numbers and the like are not."""
    if isinstance(value, YamlScalar) and isinstance(value.value, str) and (may_be_empty or value.value.strip()):
        return Word(value.value, value.span)
    wrong_shape(report, what, "a text", value)
    return None


def read_items(
    field: Field | None, what: str, report: DiagnosticReport, *, alone: Callable[[Value], bool]
) -> tuple[Value, ...] | None:
    """A list's items; None when the key is left out or holds no list.

    `alone` says which values may stand there without a list around them: it is clear what is meant.
    """
    if field is None or is_null(field[1]):
        return None
    value = field[1]
    if isinstance(value, Sequence):
        return value.items
    if not alone(value):
        wrong_shape(report, what, "a list", value)
        return None
    message = f"{_capitalised(what)} must be a list, and other compilers stop at {description_of(value)}"
    report.warning(
        Code.WRONG_SHAPE, message, value.span, ["It is understood as a list of one."], _list_fixes(value, report)
    )
    return (value,)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list_fixes(value: Value, report: DiagnosticReport) -> list[Fix]:
    """The fix that makes a list of it: in brackets, or of a block behind a dash."""
    source, span = report.source, value.span
    if source is None:
        return []
    if isinstance(value, Map) and not source.text.startswith("{", span.start.offset):
        lines = (source.line_bounds(line) for line in range(span.start.line + 1, span.end.line + 1))
        below = [(start, "  ") for start, end in lines if source.text[start:end].strip()]
        places = [(span.start.offset, "- "), *below]
    else:
        places = [(span.start.offset, "["), (span.end.offset, "]")]
    edits = tuple(Edit(report.file, source.span(at, at), text) for at, text in places)
    return [Fix("Make it a list", edits, is_safe=True)]


def is_text(value: Value) -> bool:
    return isinstance(value, YamlScalar) and isinstance(value.value, str)


def is_number(value: Value) -> bool:
    return isinstance(value, YamlScalar) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool)


def is_map(value: Value) -> bool:
    return isinstance(value, Map)


def is_null(value: Value) -> bool:
    return isinstance(value, YamlScalar) and value.value is None


def is_name(text: str) -> bool:
    """Returns whether a stage or a resource can be called so."""
    return bool(_NAME.match(text))


def read_named(field: Field | None, what: str, report: DiagnosticReport) -> Iterator[tuple[Word, Value]]:
    """The entries of a map from names to something; bad names are reported and left out."""
    if field is None:
        return
    _, value = field
    if isinstance(value, YamlScalar) and value.value is None:
        return
    if not isinstance(value, Map):
        wrong_shape(report, f"`{field[0].text}`", f"a map from names to {what}s", value)
        return
    for key, item in text_keys(value, report):
        if is_name(key.text):
            yield Word(key.text, key.span), item
        else:
            report.error(
                Code.BAD_NAME,
                f"{quoted(key.text)} cannot name a {what}",
                key.span,
                ["A name starts with a letter or `_` and continues with letters, digits, `_` and `-`."],
            )
