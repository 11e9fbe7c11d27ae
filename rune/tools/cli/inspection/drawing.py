"""A pipeline as something that can be drawn: boxes with ports, and what flows between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rune.source.runefile.outline import Outline

SECTIONS = {"capabilities": "capability", "models": "model", "proc-blocks": "proc-block", "outputs": "output"}
"""The kinds of stages by the key that a rune's graph has them under."""


@dataclass(frozen=True)
class StageBox:
    """A stage; `kind` is capability, model, proc-block or output."""

    name: str
    kind: str
    inputs: int
    outputs: int


@dataclass(frozen=True)
class Arrow:
    """From an output to an input, both by number from 0; `type` is a shape such as `f32[1, 2]`, empty if not known."""

    source: str
    output: int
    target: str
    input: int
    type: str


@dataclass(frozen=True)
class Drawing:
    """Arrows have both ends among the boxes."""

    boxes: tuple[StageBox, ...]
    arrows: tuple[Arrow, ...]


def drawing_of_graph(graph: Mapping[str, Any]) -> Drawing:
    """Returns the drawing of the graph that a rune carries. Foreign JSON of any form; what is not understood is left
    out."""
    stages = list(_stages(graph))
    tensors = mapping(graph.get("tensors"))
    producers = {tensor: (name, index) for name, _, _, outputs in stages for index, tensor in enumerate(outputs)}
    arrows = tuple(
        Arrow(*producers[tensor], name, index, shape(tensors[tensor]) if tensor in tensors else "")
        for name, _, inputs, _ in stages
        for index, tensor in enumerate(inputs)
        if tensor in producers
    )
    return Drawing(tuple(StageBox(name, kind, len(ins), len(outs)) for name, kind, ins, outs in stages), arrows)


def _stages(graph: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str], list[str]]]:
    for section, kind in SECTIONS.items():
        for name, stage in mapping(graph.get(section)).items():
            fields = mapping(stage)
            inputs, outputs = (_texts(fields.get(key)) for key in ("inputs", "outputs"))
            yield name, kind, inputs, outputs


def drawing_of_outline(outline: Outline) -> Drawing:
    """Returns the drawing of a Runefile, as far as it is understood."""
    inputs = {node.name: 0 for node in outline.nodes}
    outputs = {node.name: 0 if node.kind == "output" else 1 for node in outline.nodes}
    for wire in outline.wires:
        outputs[wire.source] = max(outputs[wire.source], wire.source_index + 1)
        inputs[wire.target] = max(inputs[wire.target], wire.target_index + 1)
    kinds = {"block": "proc-block"}
    return Drawing(
        tuple(
            StageBox(node.name, kinds.get(node.kind, node.kind), inputs[node.name], outputs[node.name])
            for node in outline.nodes
        ),
        tuple(
            Arrow(wire.source, wire.source_index, wire.target, wire.target_index, wire.type or "")
            for wire in outline.wires
        ),
    )


def shape(tensor: object) -> str:
    """`f32[1, 2]` of a tensor of a rune's graph."""
    fields = mapping(tensor)
    element = str(fields.get("element_type") or "?").lower()
    dimensions = fields.get("dimensions")
    sizes = dimensions if isinstance(dimensions, list) else []
    run_time = fields.get("run_time")
    is_open = run_time if isinstance(run_time, list) else []
    size_texts = (f"<={size}" if axis in is_open else str(size) for axis, size in enumerate(sizes))
    return f"{'utf8' if element == 'string' else element}[{', '.join(size_texts)}]"


def mapping(value: object) -> Mapping[str, Any]:
    """A part of foreign JSON as an object; an empty one when it is something else."""
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
