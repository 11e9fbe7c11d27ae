"""The parts of a stage: its inputs, its declared outputs and its arguments, each with where it stands."""

from __future__ import annotations

import re

from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Position, Span
from rune.source.runefile.parsing.fields import (
    Field,
    description_of,
    is_map,
    is_null,
    is_number,
    is_text,
    missing,
    read_fields,
    read_items,
    read_text,
    text_keys,
    wrong_shape,
)
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ArgumentSyntax, InputSyntax, TypeSyntax, Word
from rune.source.runefile.yaml.values import Map, Sequence, Value, YamlScalar
from rune.tensor import ElementType
from rune.wording import quoted, size_text

MAX_TENSOR_SIZE = 256 * 1024 * 1024
"""Bytes that one tensor may have: more than any device this is for, less than a wasm memory."""

_INPUT = re.compile(r"(?P<name>[a-zA-Z_][\w-]*)(?:\.(?P<index>[0-9]{1,9}))?\Z")
_ALMOST_WHOLE = re.compile(r"\+?(?P<number>[1-9][0-9]{0,8})(\.0*)?\Z")
_RESOURCE_NAME = re.compile(r"\$(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)\Z")
_ELEMENT_NAMES = {element.value: element for element in ElementType}
_OTHER_ELEMENT_NAMES = {
    **dict.fromkeys(("str", "string", "text"), "utf8"),
    "float": "f32",
    "float32": "f32",
    "float64": "f64",
    "double": "f64",
    "int": "i32",
    "byte": "u8",
    **{f"{sign}int{bits}": f"{short}{bits}" for sign, short in (("u", "u"), ("", "i")) for bits in (8, 16, 32, 64)},
}
_AMBIGUOUS_ELEMENT_NAMES = frozenset({"float", "int"})
"""Names whose size differs from language to language."""


def read_inputs(field: Field | None, stage: Word, report: DiagnosticReport) -> tuple[InputSyntax, ...]:
    items = read_items(field, f"the inputs of {quoted(stage.text)}", report, alone=is_text) or ()
    spans = [item.span for item in items]
    inputs = []
    for index, item in enumerate(items):
        if is_null(item):
            _warn_of_empty_input(spans, index, stage, report)
            continue
        if (
            not isinstance(item, YamlScalar)
            or not isinstance(item.value, str)
            or not (match := _INPUT.match(item.value))
        ):
            message = f"Unable to parse the input: {description_of(item)} cannot be an input of {quoted(stage.text)}"
            report.error(Code.BAD_INPUT, message, item.span, ["Write `stage`, or `stage.1` for its second output."])
            continue
        name = match["name"]
        inputs.append(InputSyntax(name, int(match["index"] or 0), _name_span(item, name), item.span, item.text))
    return tuple(inputs)


def _warn_of_empty_input(items: list[Span], index: int, stage: Word, report: DiagnosticReport) -> None:
    """A dash without a name. The old compiler stopped at it; it is ignored here."""
    message = f"An input of {quoted(stage.text)} is empty and is ignored"
    fixes = report.remove_item(items, index, "Remove the empty input")
    report.warning(Code.BAD_INPUT, message, items[index], ["Remove it from the list."], fixes)


def _name_span(item: YamlScalar, name: str) -> Span:
    """Returns where the stage's name stands in an input, inside its quotes; all of it when escapes hide the place."""
    start, end = item.span.start, item.span.end
    quotes = end.offset - start.offset - len(item.text)
    if quotes not in (0, 2):
        return item.span
    offset, column = start.offset + quotes // 2, start.column + quotes // 2
    return Span(Position(offset, start.line, column), Position(offset + len(name), start.line, column + len(name)))


def read_outputs(field: Field | None, stage: Word, report: DiagnosticReport) -> tuple[TypeSyntax, ...] | None:
    items = read_items(field, f"the outputs of {quoted(stage.text)}", report, alone=is_map)
    if items is None:
        return None
    types = [_type(item, stage, report) for item in items]
    outputs = tuple(type_ for type_ in types if type_ is not None)
    return outputs if len(outputs) == len(types) else None


def _type(value: Value, stage: Word, report: DiagnosticReport) -> TypeSyntax | None:
    what = f"An output of {quoted(stage.text)}"
    if not isinstance(value, Map):
        wrong_shape(report, what, "a map like `{type: f32, dimensions: [1, 2]}`", value)
        return None
    fields = read_fields(value, ("type", "dimensions"), "in a type", report)
    if "type" not in fields:
        report.error(Code.MISSING_KEY, missing("type"), value.span, [f"{what} needs an element type."])
        element = None
    else:
        element = _element(fields["type"][1], report)
    dimensions, is_sound = _dimensions(fields.get("dimensions"), element, report)
    return TypeSyntax(element, dimensions, value.span) if element is not None and is_sound else None


def _element(value: Value, report: DiagnosticReport) -> ElementType | None:
    word = read_text(value, "An element type", report)
    if word is None:
        return None
    name = word.text.strip().lower()
    if name in _ELEMENT_NAMES:
        return _ELEMENT_NAMES[name]
    other = _OTHER_ELEMENT_NAMES.get(name)
    near = other or report.nearest(name, _ELEMENT_NAMES)
    notes = [f"The element types are {', '.join(_ELEMENT_NAMES)}."]
    is_same = other is not None and name not in _AMBIGUOUS_ELEMENT_NAMES
    fixes = [(report.replace if is_same else report.guess)(word.span, near)] if near else []
    report.error(Code.UNKNOWN_ELEMENT_TYPE, f"Unknown element type, {quoted(word.text)}", word.span, notes, fixes)
    return None


def _dimensions(
    field: Field | None, element: ElementType | None, report: DiagnosticReport
) -> tuple[tuple[int, ...] | None, bool]:
    """The dimensions, None when they are left out, and whether they could be read."""
    before = report.error_count
    items = read_items(field, "the dimensions of a type", report, alone=is_number)
    if items is None or field is None:
        return None, report.error_count == before
    dimensions = []
    for item in items:
        number = item.value if isinstance(item, YamlScalar) else None
        if type(number) is int and number >= 1:
            dimensions.append(number)
        else:
            message = f"A dimension must be a whole number from 1, not {description_of(item)}"
            fixes = []
            if isinstance(item, YamlScalar) and (whole := _whole_number(item.text)) is not None:
                fixes = [report.replace(item.span, whole)]
            report.error(Code.BAD_DIMENSIONS, message, item.span, fixes=fixes)
    size = element.size if element else 1
    for number in dimensions:
        size *= number
        if size > MAX_TENSOR_SIZE:
            message = f"A tensor of these dimensions is larger than {size_text(MAX_TENSOR_SIZE)}"
            report.error(Code.TENSOR_TOO_LARGE, message, field[1].span)
            break
    return tuple(dimensions), report.error_count == before


def _whole_number(text: str) -> str | None:
    """The number that a dimension in quotes, with a point or with `_` in it, is meant to be."""
    match = _ALMOST_WHOLE.match(text.strip().replace("_", ""))
    return match["number"] if match else None


def read_arguments(
    field: Field | None, report: DiagnosticReport, *, with_lists: bool = False
) -> tuple[ArgumentSyntax, ...]:
    """The arguments; `with_lists` also reads lists of single values, which old Runefiles gave to proc-blocks."""
    if field is None or (isinstance(field[1], YamlScalar) and field[1].value is None):
        return ()
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`args`", "a map from names to values", value)
        return ()
    arguments: dict[str, ArgumentSyntax] = {}
    for key, item in text_keys(value, report):
        name = key.text.replace("-", "_")
        if name in arguments:
            first = arguments[name].name_span.start.line
            message = f"The argument {quoted(key.text)} appears here twice"
            report.error(Code.REPEATED_KEY, message, key.span, [f"The first is in line {first}. Keep one of them."])
            continue
        argument = _list_argument(name, key, item) if with_lists else None
        argument = argument or _argument(name, key, item, report)
        if argument is not None:
            arguments[name] = argument
    return tuple(arguments.values())


def _list_argument(name: str, key: YamlScalar, value: Value) -> ArgumentSyntax | None:
    """A list as the text with one item a line."""
    if not isinstance(value, Sequence) or not value.items:
        return None
    texts = [item.text for item in value.items if isinstance(item, YamlScalar) and not is_null(item)]
    if len(texts) != len(value.items) or any("\n" in text or "\r" in text for text in texts):
        return None
    return ArgumentSyntax(name, key.span, "\n".join(texts), None, value.span, is_list=True)


def _argument(name: str, key: YamlScalar, value: Value, report: DiagnosticReport) -> ArgumentSyntax | None:
    if not isinstance(value, YamlScalar) or value.value is None:
        notes = ["A list goes into a resource, one item a line."] if isinstance(value, Sequence) else []
        wrong_shape(report, f"The argument {quoted(key.text)}", "a text, a number or a `$RESOURCE`", value, notes)
        return None
    if isinstance(value.value, bool):
        message = (
            f"The argument {quoted(key.text)} is read as the text {quoted(value.text)}: no argument is true or false"
        )
        notes = ["No argument is true or false. Put it into quotes when the text is meant."]
        report.warning(Code.AMBIGUOUS_VALUE, message, value.span, notes, [report.replace_text(value.span, value.text)])
        return ArgumentSyntax(name, key.span, value.text, None, value.span)
    content = value.value.strip() if isinstance(value.value, str) else value.value
    resource = None
    if isinstance(content, str) and content.startswith("$"):
        match = _RESOURCE_NAME.match(content)
        if match is None:
            notes = ["`$` is followed by a name of letters, digits and `_`."]
            report.error(Code.UNKNOWN_RESOURCE, f"{quoted(content)} is not a resource", value.span, notes)
            return None
        resource = match["name"]
    return ArgumentSyntax(name, key.span, content, resource, value.span)
