"""Plain values to the syntax tree: which keys there are and what shape their values have.

Says what is missing, misspelt or of the wrong shape; whether names and types fit each other is checked later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rune.runefile.codes import Code
from rune.runefile.diagnostics import Position, Span
from rune.runefile.report import Report, plain, quoted
from rune.runefile.syntax import (
    ArgumentSyntax,
    InputSyntax,
    ResourceSyntax,
    RunefileSyntax,
    StageKind,
    StageSyntax,
    TypeSyntax,
    Word,
)
from rune.runefile.values import Map, Scalar, Sequence, Value
from rune.tensor import ElementType

MAX_TENSOR_SIZE = 256 * 1024 * 1024
"""Bytes that one tensor may have: more than any device this is for, less than a wasm memory."""

_NAME = re.compile(r"[a-zA-Z_][\w-]*\Z")
_INPUT = re.compile(r"(?P<name>[a-zA-Z_][\w-]*)(?:\.(?P<index>[0-9]{1,9}))?\Z")
_RESOURCE_NAME = re.compile(r"\$(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)\Z")
_DOCUMENT_KEYS = ("version", "image", "pipeline", "resources")
_STAGE_KEYS = {
    StageKind.MODEL: ("inputs", "outputs", "args"),
    StageKind.BLOCK: ("inputs", "outputs", "args"),
    StageKind.CAPABILITY: ("outputs", "args"),
    StageKind.OUTPUT: ("inputs", "args"),
}
_RESOURCE_KEYS = ("inline", "path", "type")
_ELEMENT_NAMES = {element.value: element for element in ElementType}
_OTHER_ELEMENT_NAMES = {
    "str": "utf8", "string": "utf8", "text": "utf8", "float": "f32", "float32": "f32", "float64": "f64", "double": "f64",
    "int": "i32", "uint8": "u8", "int8": "i8", "uint16": "u16", "int16": "i16", "uint32": "u32", "int32": "i32",
    "uint64": "u64", "int64": "i64", "byte": "u8",
}  # fmt: skip


def parse(root: Value | None, start: Span, report: Report) -> RunefileSyntax:
    """Reads the document; `start` is where to point when there is nothing else. Never raises."""
    if root is None or (isinstance(root, Scalar) and root.value is None):
        for key in ("version", "image", "pipeline"):
            report.error(Code.MISSING_KEY, _missing(key), start)
        return RunefileSyntax((), (), start)
    if not isinstance(root, Map):
        _wrong_shape(report, "A Runefile", "a map with the keys version, image and pipeline", root)
        return RunefileSyntax((), (), root.span)
    fields = _fields(root, _DOCUMENT_KEYS, "in a Runefile", report)
    _check_version(fields.get("version"), start, report)
    _check_image(fields.get("image"), start, report)
    stages = _stages(fields.get("pipeline"), start, report)
    resources = _resources(fields.get("resources"), report)
    stages, resources = _first_of_each_name(stages, resources, report)
    pipeline = fields.get("pipeline")
    return RunefileSyntax(stages, resources, start if pipeline is None else pipeline[0].span)


Field = tuple[Scalar, Value]
"""A key and its value."""


def _fields(value: Map, known: Iterable[str], where: str, report: Report, *, strict: bool = False) -> dict[str, Field]:
    """The map's entries by key. The first of a repeated key counts; an unknown key is ignored, or an error if strict."""
    known = tuple(known)
    fields: dict[str, Field] = {}
    for key, item in _text_keys(value, report):
        name = key.text
        if name in fields:
            report.error(
                Code.REPEATED_KEY,
                f"The key {quoted(name)} stands here a second time",
                key.span,
                [f"The first is in line {fields[name][0].span.start.line}. Keep one of them."],
            )
        elif name in known:
            fields[name] = (key, item)
        else:
            notes, fixes = report.suggestion(name, key.span, known)
            if strict:
                listed = ", ".join(f"`{key}`" for key in known)
                message = f"Unable to parse the input: unknown field {quoted(name)} {where}, expected one of {listed}"
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


def _text_keys(value: Map, report: Report) -> Iterator[Field]:
    """The entries whose key is a single value; others are reported."""
    for key, item in value.entries:
        if isinstance(key, Scalar):
            yield key, item
        else:
            _wrong_shape(report, "A key", "a name", key)


def _missing(key: str) -> str:
    return f"Unable to parse the input: missing field `{key}`"


def _described(value: Value) -> str:
    match value:
        case Sequence():
            return "a list"
        case Map():
            return "a map"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return f"the truth value {plain(value.text)}"
        case Scalar(value=int() | float()):
            return f"the number {plain(value.text)}"
        case _:
            return f"the text {quoted(value.text)}"


def _wrong_shape(report: Report, what: str, expected: str, found: Value, notes: Iterable[str] = ()) -> None:
    message = f"Unable to parse the input: {what} must be {expected}, not {_described(found)}"
    report.error(Code.WRONG_SHAPE, message, found.span, notes)


def _check_version(field: Field | None, start: Span, report: Report) -> None:
    if field is None:
        report.error(Code.MISSING_KEY, _missing("version"), start, ["Write `version: 1` in the first line."])
        return
    _, value = field
    if isinstance(value, Scalar) and type(value.value) is int and value.value == 1:
        return
    fix = [report.replace(value.span, "1")] if isinstance(value, Scalar) and value.text else []
    if isinstance(value, Scalar) and type(value.value) is int and value.value >= 0:
        cause = f"invalid value: integer `{plain(value.text)}`, expected version to be 1"
        report.error(Code.WRONG_VERSION, f"Unable to parse the input: {cause}", value.span, fixes=fix)
        return
    notes = [f"It is {_described(value)}, and must be the number 1 without quotes."]
    report.error(Code.WRONG_VERSION, _missing("version"), value.span, notes, fix)


def _check_image(field: Field | None, start: Span, report: Report) -> None:
    if field is None:
        report.error(Code.MISSING_KEY, _missing("image"), start, ["Write `image: runicos/base`."])
    else:
        _text(field[1], "`image`", report)


def _text(value: Value, what: str, report: Report) -> Word | None:
    """A value that must be a text; numbers and the like are not."""
    if isinstance(value, Scalar) and isinstance(value.value, str) and value.value.strip():
        return Word(value.value, value.span)
    _wrong_shape(report, what, "a text", value)
    return None


def _named(field: Field | None, what: str, report: Report) -> Iterator[tuple[Word, Value]]:
    """The entries of a map from names to something; bad names are reported and left out."""
    if field is None:
        return
    _, value = field
    if isinstance(value, Scalar) and value.value is None:
        return
    if not isinstance(value, Map):
        _wrong_shape(report, f"`{field[0].text}`", f"a map from names to {what}s", value)
        return
    for key, item in _text_keys(value, report):
        if _NAME.match(key.text):
            yield Word(key.text, key.span), item
        else:
            report.error(
                Code.BAD_NAME,
                f"{quoted(key.text)} cannot name a {what}",
                key.span,
                ["A name starts with a letter or `_` and goes on with letters, digits, `_` and `-`."],
            )


def _stages(field: Field | None, start: Span, report: Report) -> tuple[StageSyntax, ...]:
    if field is None:
        report.error(Code.MISSING_KEY, _missing("pipeline"), start, ["The stages of the app stand under `pipeline:`."])
        return ()
    stages = (_stage(name, value, report) for name, value in _named(field, "stage", report))
    return tuple(stage for stage in stages if stage is not None)


def _stage(name: Word, value: Value, report: Report) -> StageSyntax | None:
    kinds = [kind.value for kind in StageKind]
    if not isinstance(value, Map):
        _no_kind(name, report, [f"It is {_described(value)}."])
        return None
    # The first kind of this order wins, as it always did.
    present = {key.text: key for key, _ in value.entries if isinstance(key, Scalar)}
    kind = next((kind for kind in StageKind if kind.value in present), None)
    if kind is None:
        known = {*kinds, "inputs", "outputs", "args"}
        for key in present.values():
            near = report.nearest(key.text, kinds) if key.text not in known else None
            if near is not None:
                _no_kind(name, report, [f"Did you mean `{near}`?"], key.span, near)
                break
        else:
            _no_kind(name, report, [])
        return None
    for other in kinds:
        if other in present and other != kind.value:
            report.warning(
                Code.TWO_KINDS,
                f"{quoted(name.text)} is a {kind.value} stage, so its key {quoted(other)} is ignored",
                present[other].span,
                ["A stage has one of the keys model, proc-block, capability and out. Make two stages of it."],
            )
    fields = _fields(value, (*kinds, *_STAGE_KEYS[kind]), f"in a {kind.value} stage", report)
    target = _text(fields[kind.value][1], f"`{kind.value}` of {quoted(name.text)}", report)
    if target is None:
        return None
    before = report.error_count
    allowed = _STAGE_KEYS[kind]
    inputs = _inputs(fields.get("inputs"), name, report) if "inputs" in allowed else ()
    outputs = _outputs(fields.get("outputs"), name, report) if "outputs" in allowed else None
    arguments = _arguments(fields.get("args"), report)
    span = fields["args"][1].span if "args" in fields else None
    return StageSyntax(name, kind, target, inputs, outputs, arguments, span, is_sound=report.error_count == before)


def _no_kind(name: Word, report: Report, notes: list[str], span: Span | None = None, near: str | None = None) -> None:
    report.error(
        Code.NO_KIND,
        f"The stage {quoted(name.text)} needs one of the keys capability, proc-block, model and out"
        " (data did not match any variant of untagged enum Stage)",
        span or name.span,
        notes,
        [report.replace(span, near)] if span and near else [],
    )


def _items(field: Field | None, what: str, report: Report) -> tuple[Value, ...] | None:
    """A list's items; None when the key is left out or holds no list."""
    if field is None or (isinstance(field[1], Scalar) and field[1].value is None):
        return None
    value = field[1]
    if isinstance(value, Sequence):
        return value.items
    message = f"Unable to parse the input: {what} must be a list, not {_described(value)}"
    fixes = []
    if isinstance(value, Scalar):
        fixes = [report.replace(value.span, f"[{value.text}]", "Make it a list")]
    report.error(Code.WRONG_SHAPE, message, value.span, fixes=fixes)
    return None


def _inputs(field: Field | None, stage: Word, report: Report) -> tuple[InputSyntax, ...]:
    items = _items(field, f"the inputs of {quoted(stage.text)}", report) or ()
    found = []
    for item in items:
        match = _INPUT.match(item.value) if isinstance(item, Scalar) and isinstance(item.value, str) else None
        if match is None:
            message = f"Unable to parse the input: {_described(item)} cannot be an input of {quoted(stage.text)}"
            report.error(Code.BAD_INPUT, message, item.span, ["Write `stage`, or `stage.1` for its second output."])
            continue
        assert isinstance(item, Scalar)
        name, whole = match["name"], item.span
        found.append(InputSyntax(name, int(match["index"] or 0), _name_span(item, name), whole, item.text))
    return tuple(found)


def _name_span(item: Scalar, name: str) -> Span:
    """Where the stage's name stands in an input; the whole of it when it is quoted or comes from an alias."""
    start, end = item.span.start, item.span.end
    if end.offset - start.offset != len(item.text):
        return item.span
    return Span(start, Position(start.offset + len(name), start.line, start.column + len(name)))


def _outputs(field: Field | None, stage: Word, report: Report) -> tuple[TypeSyntax, ...] | None:
    items = _items(field, f"the outputs of {quoted(stage.text)}", report)
    if items is None:
        return None
    types = [_type(item, stage, report) for item in items]
    found = tuple(type_ for type_ in types if type_ is not None)
    return found if len(found) == len(types) else None


def _type(value: Value, stage: Word, report: Report) -> TypeSyntax | None:
    what = f"An output of {quoted(stage.text)}"
    if not isinstance(value, Map):
        _wrong_shape(report, what, "a map like `{type: f32, dimensions: [1, 2]}`", value)
        return None
    fields = _fields(value, ("type", "dimensions"), "in a type", report)
    if "type" not in fields:
        report.error(Code.MISSING_KEY, _missing("type"), value.span, [f"{what} needs an element type."])
        element = None
    else:
        element = _element(fields["type"][1], report)
    dimensions, is_sound = _dimensions(fields.get("dimensions"), element, report)
    return TypeSyntax(element, dimensions, value.span) if element is not None and is_sound else None


def _element(value: Value, report: Report) -> ElementType | None:
    word = _text(value, "An element type", report)
    if word is None:
        return None
    name = word.text.strip().lower()
    if name in _ELEMENT_NAMES:
        return _ELEMENT_NAMES[name]
    near = _OTHER_ELEMENT_NAMES.get(name) or report.nearest(name, _ELEMENT_NAMES)
    notes = [f"The element types are {', '.join(_ELEMENT_NAMES)}."]
    fixes = [report.replace(word.span, near)] if near else []
    report.error(Code.UNKNOWN_ELEMENT_TYPE, f"Unknown element type, {quoted(word.text)}", word.span, notes, fixes)
    return None


def _dimensions(
    field: Field | None, element: ElementType | None, report: Report
) -> tuple[tuple[int, ...] | None, bool]:
    """The dimensions, None when they are left out, and whether they could be read."""
    before = report.error_count
    items = _items(field, "the dimensions of a type", report)
    if items is None:
        return None, report.error_count == before
    found = []
    for item in items:
        number = item.value if isinstance(item, Scalar) else None
        if type(number) is int and number >= 1:
            found.append(number)
        else:
            message = f"A dimension must be a whole number from 1, not {_described(item)}"
            report.error(Code.BAD_DIMENSIONS, message, item.span)
    size = element.size if element else 1
    for number in found:
        size *= number
        if size > MAX_TENSOR_SIZE:
            assert field is not None
            message = f"A tensor of these dimensions is larger than {MAX_TENSOR_SIZE // 1024**2} MiB"
            report.error(Code.TENSOR_TOO_LARGE, message, field[1].span)
            break
    return tuple(found), report.error_count == before


def _arguments(field: Field | None, report: Report) -> tuple[ArgumentSyntax, ...]:
    if field is None or (isinstance(field[1], Scalar) and field[1].value is None):
        return ()
    value = field[1]
    if not isinstance(value, Map):
        _wrong_shape(report, "`args`", "a map from names to values", value)
        return ()
    found: dict[str, ArgumentSyntax] = {}
    for key, item in _text_keys(value, report):
        name = key.text.replace("-", "_")
        if name in found:
            first = found[name].name_span.start.line
            message = f"The argument {quoted(key.text)} stands here a second time"
            report.error(Code.REPEATED_KEY, message, key.span, [f"The first is in line {first}. Keep one of them."])
            continue
        argument = _argument(name, key, item, report)
        if argument is not None:
            found[name] = argument
    return tuple(found.values())


def _argument(name: str, key: Scalar, value: Value, report: Report) -> ArgumentSyntax | None:
    if not isinstance(value, Scalar) or value.value is None or isinstance(value.value, bool):
        notes = ["A list goes into a resource, one item a line."] if isinstance(value, Sequence) else []
        if isinstance(value, Scalar) and isinstance(value.value, bool):
            notes = ["Put it into quotes when the text is meant."]
        _wrong_shape(report, f"The argument {quoted(key.text)}", "a text, a number or a `$RESOURCE`", value, notes)
        return None
    content = value.value.strip() if isinstance(value.value, str) else value.value
    resource = None
    if isinstance(content, str) and content.startswith("$"):
        match = _RESOURCE_NAME.match(content)
        if match is None:
            notes = ["After `$` stands a name of letters, digits and `_`."]
            report.error(Code.UNKNOWN_RESOURCE, f"{quoted(content)} is not a resource", value.span, notes)
            return None
        resource = match["name"]
    return ArgumentSyntax(name, key.span, content, resource, value.span)


def _resources(field: Field | None, report: Report) -> tuple[ResourceSyntax, ...]:
    found = (_resource(name, value, report) for name, value in _named(field, "resource", report))
    return tuple(resource for resource in found if resource is not None)


def _resource(name: Word, value: Value, report: Report) -> ResourceSyntax | None:
    if not isinstance(value, Map):
        _wrong_shape(report, f"The resource {quoted(name.text)}", "a map with `path` or `inline`", value)
        return None
    before = report.error_count
    fields = _fields(value, _RESOURCE_KEYS, "in a resource", report, strict=True)
    inline = path = None
    if "inline" in fields and not _is_null(fields["inline"][1]):
        inline = _text(fields["inline"][1], "`inline`", report)
    if "path" in fields and not _is_null(fields["path"][1]):
        path = _text(fields["path"][1], "`path`", report)
    is_binary = "type" in fields and _is_binary(fields["type"][1], report)
    if inline is not None and path is not None:
        message = f'The resource {quoted(name.text)} can\'t specify both a "path" and "inline" default value'
        report.error(Code.RESOURCE_TWO_SOURCES, message, name.span, ["Keep one of them."])
    elif inline is None and path is None and report.error_count == before:
        report.error(
            Code.RESOURCE_NO_SOURCE,
            f"The resource {quoted(name.text)} has neither a path nor an inline text",
            name.span,
            ["A resource that the host gives when the rune runs cannot be built yet."],
        )
    # A broken resource stays known by its name, so that its users are not blamed.
    return ResourceSyntax(name, None if inline is None else inline.text, path, is_binary)


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _is_binary(value: Value, report: Report) -> bool:
    word = _text(value, "The type of a resource", report)
    if word is None or word.text in ("string", "binary"):
        return word is not None and word.text == "binary"
    notes, fixes = report.suggestion(word.text, word.span, ("string", "binary"))
    message = f"The type of a resource is string or binary, not {quoted(word.text)}"
    report.error(Code.WRONG_SHAPE, message, word.span, notes, fixes)
    return False


def _first_of_each_name(
    stages: tuple[StageSyntax, ...], resources: tuple[ResourceSyntax, ...], report: Report
) -> tuple[tuple[StageSyntax, ...], tuple[ResourceSyntax, ...]]:
    """Stages and resources share one namespace."""
    first: dict[str, Word] = {}
    for item in sorted((*stages, *resources), key=lambda item: item.name.span.start):
        if item.name.text in first:
            line = first[item.name.text].span.start.line
            message = f"The name {quoted(item.name.text)} is defined multiple times"
            report.error(Code.REPEATED_NAME, message, item.name.span, [f"The first definition is in line {line}."])
        else:
            first[item.name.text] = item.name
    return (
        tuple(stage for stage in stages if first[stage.name.text] is stage.name),
        tuple(resource for resource in resources if first[resource.name.text] is resource.name),
    )
