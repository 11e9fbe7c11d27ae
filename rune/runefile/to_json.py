"""Diagnostics and outlines as JSON: the form that the API, the studio and `rune check --format json` speak."""

from __future__ import annotations

from typing import Any

from rune.runefile.diagnostics import Diagnostic, Edit, Fix, Position, Span
from rune.runefile.outline import Node, Outline, Wire

Json = dict[str, Any]


def diagnostic_to_json(diagnostic: Diagnostic) -> Json:
    """{"severity", "code", "message", "file", "span": {"start": {"line", "column", "offset"}, "end"}, "notes", ...}."""
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "file": diagnostic.file,
        "span": span_to_json(diagnostic.span),
        "notes": list(diagnostic.notes),
        "fixes": [_fix(fix) for fix in diagnostic.fixes],
    }


def outline_to_json(outline: Outline) -> Json:
    """{"nodes": [{"name", "kind", "detail", "line", "file"}], "wires": [{"source", "source_index", ...}]}."""
    return {"nodes": [_node(node) for node in outline.nodes], "wires": [_wire(wire) for wire in outline.wires]}


def _fix(fix: Fix) -> Json:
    return {"title": fix.title, "is_safe": fix.is_safe, "edits": [edit_to_json(edit) for edit in fix.edits]}


def edit_to_json(edit: Edit) -> Json:
    """{"file", "span", "text"}."""
    return {"file": edit.file, "span": span_to_json(edit.span), "text": edit.text}


def span_to_json(span: Span) -> Json:
    """{"start": {"line", "column", "offset"}, "end": {...}}."""
    return {"start": position_to_json(span.start), "end": position_to_json(span.end)}


def position_to_json(position: Position) -> Json:
    """{"line", "column", "offset"}."""
    return {"line": position.line, "column": position.column, "offset": position.offset}


def _node(node: Node) -> Json:
    return {"name": node.name, "kind": node.kind, "detail": node.detail, "line": node.line, "file": node.file}


def _wire(wire: Wire) -> Json:
    return {
        "source": wire.source,
        "source_index": wire.source_index,
        "target": wire.target,
        "target_index": wire.target_index,
        "type": wire.type,
    }
