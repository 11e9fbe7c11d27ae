"""Diagnostics and outlines as JSON: the form that the API, the studio and `rune check --format json` speak."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from rune.blocks.signature import BlockState
from rune.source.runefile.diagnostics import Diagnostic, Edit, Fix, Position, Severity, Span
from rune.source.runefile.outline import NodeArgument, NodeKind, Outline, OutlineNode, Wire


class PositionJson(TypedDict):
    """A place in a text: line and column count from 1, the offset counts characters from 0."""

    line: int
    column: int
    offset: int


class SpanJson(TypedDict):
    """From `start` up to, and without, `end`."""

    start: PositionJson
    end: PositionJson


class TextEditJson(TypedDict):
    """A span of a file, and the text that stands there after the edit."""

    file: str
    span: SpanJson
    text: str


class FixJson(TypedDict):
    """Edits that fix a problem. One that is not safe is a guess, or one of several choices, and is asked for."""

    title: str
    is_safe: bool
    edits: list[TextEditJson]


class DiagnosticJson(TypedDict):
    """A problem in a file, with its place and its fixes."""

    severity: Annotated[str, Severity]
    code: str
    message: str
    file: str
    span: SpanJson
    notes: list[str]
    fixes: list[FixJson]


class NodeArgumentJson(TypedDict):
    """An argument of a stage as it is written; of a long text its digest. `file` is the file that has its text."""

    name: str
    value: str
    file: str | None


class NodeStateJson(TypedDict):
    """The state of a block between runs; `gap` is the effect of a gap in its input or a restart."""

    name: str
    type: str
    help: str
    gap: str


class OutlineNodeJson(TypedDict):
    """A stage. `detail` says which one it is; `file` is a file of the project that it runs.

    Older versions did not write `arguments`. Only blocks that keep something have `state`.
    """

    name: str
    kind: NodeKind
    detail: str
    line: int
    file: str | None
    arguments: NotRequired[list[NodeArgumentJson]]
    state: NotRequired[list[NodeStateJson]]


class OutlineWireJson(TypedDict):
    """A wire from an output of one stage to an input of another; `type` is null while it is unknown.

    `meaning` is there where something is known of the numbers, such as their range.
    """

    source: str
    source_index: int
    target: str
    target_index: int
    type: str | None
    meaning: NotRequired[str]


class OutlineJson(TypedDict):
    """The drawable parts of a Runefile, even of a broken one."""

    nodes: list[OutlineNodeJson]
    wires: list[OutlineWireJson]


def diagnostic_to_json(diagnostic: Diagnostic) -> DiagnosticJson:
    """A diagnostic as JSON."""
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "file": diagnostic.file,
        "span": span_to_json(diagnostic.span),
        "notes": list(diagnostic.notes),
        "fixes": [_fix(fix) for fix in diagnostic.fixes],
    }


def outline_to_json(outline: Outline) -> OutlineJson:
    """An outline as JSON."""
    return {
        "nodes": [node_to_json(node) for node in outline.nodes],
        "wires": [wire_to_json(wire) for wire in outline.wires],
    }


def _fix(fix: Fix) -> FixJson:
    return {"title": fix.title, "is_safe": fix.is_safe, "edits": [edit_to_json(edit) for edit in fix.edits]}


def edit_to_json(edit: Edit) -> TextEditJson:
    """An edit as JSON."""
    return {"file": edit.file, "span": span_to_json(edit.span), "text": edit.text}


def span_to_json(span: Span) -> SpanJson:
    """A span as JSON."""
    return {"start": position_to_json(span.start), "end": position_to_json(span.end)}


def position_to_json(position: Position) -> PositionJson:
    """A position as JSON."""
    return {"line": position.line, "column": position.column, "offset": position.offset}


def node_to_json(node: OutlineNode) -> OutlineNodeJson:
    """A stage of an outline as JSON."""
    node_json: OutlineNodeJson = {
        "name": node.name,
        "kind": node.kind,
        "detail": node.detail,
        "line": node.line,
        "file": node.file,
    }
    if node.arguments is not None:
        node_json["arguments"] = [_argument_to_json(argument) for argument in node.arguments]
    if node.state:
        node_json["state"] = [state_to_json(state) for state in node.state]
    return node_json


def state_to_json(state: BlockState) -> NodeStateJson:
    """Returns the state of a block, as JSON."""
    return {"name": state.name, "type": str(state.type), "help": state.help, "gap": state.gap}


def _argument_to_json(argument: NodeArgument) -> NodeArgumentJson:
    return {"name": argument.name, "value": argument.value, "file": argument.file}


def wire_to_json(wire: Wire) -> OutlineWireJson:
    """A wire of an outline as JSON."""
    wire_json: OutlineWireJson = {
        "source": wire.source,
        "source_index": wire.source_index,
        "target": wire.target,
        "target_index": wire.target_index,
        "type": wire.type,
    }
    if wire.meaning:
        wire_json["meaning"] = wire.meaning
    return wire_json
