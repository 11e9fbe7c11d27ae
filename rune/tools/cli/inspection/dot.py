"""A drawing in the language of Graphviz, in the structure that `rune graph` always had."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from rune.tools.cli.inspection.drawing import Drawing, StageBox
from rune.wording import printable

_FILLS: Final = {"capability": "lightgreen", "model": "violet", "proc-block": "tan1", "output": "indianred1"}
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def dot(drawing: Drawing) -> str:
    """A digraph, from top to bottom, with a table for each stage whose cells are its ports."""
    lines = ["digraph {", "  rankdir=TD;", "  node [shape=plaintext];"]
    for box in drawing.boxes:
        lines += _table(box)
    lines += [
        f"  {_id(arrow.source)}:output_{arrow.output}:s -> {_id(arrow.target)}:input_{arrow.input}:n"
        + (f" [label={_quoted(arrow.type)}]" if arrow.type else "")
        + ";"
        for arrow in drawing.arrows
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _table(box: StageBox) -> Iterator[str]:
    width = max(box.inputs, box.outputs, 1)
    yield f"  {_id(box.name)} [style=filled, fillcolor={_FILLS[box.kind]}, label=<"
    yield '    <table border="0" cellborder="1" cellspacing="0">'
    yield from _ports("input", box.inputs)
    yield f'      <tr><td colspan="{width}">{html.escape(printable(box.name))}</td></tr>'
    yield from _ports("output", box.outputs)
    yield "    </table>>];"


def _ports(kind: str, count: int) -> Iterator[str]:
    if count:
        cells = "".join(f'<td port="{kind}_{index}">{index}</td>' for index in range(count))
        yield f"      <tr>{cells}</tr>"


def _id(name: str) -> str:
    text = f"node_{name}"
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    escaped_text = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped_text}"'
