"""Merges activations into their producers: the op that computes floats clamps them anyway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.compiler.anvil.computation import ClampsOutput
from rune.compiler.anvil.graph import Graph, Node
from rune.compiler.anvil.ops.activations.rectifiers import ClampFloat32


def activations(graph: Graph) -> Graph:
    """Returns the graph without RELU and similar ops after an op whose output nothing else reads."""
    makers, readers = graph.makers(), graph.readers()
    changes: dict[int, Sequence[Node]] = {}
    for number, node in enumerate(graph.nodes):
        maker = makers.get(node.inputs[0]) if isinstance(node.work, ClampFloat32) else None
        if not isinstance(node.work, ClampFloat32) or maker is None or readers[node.inputs[0]] != (number,):
            continue
        (before,) = changes.get(maker, (graph.nodes[maker],))
        if isinstance(before.work, ClampsOutput):
            work = before.work.clamped(node.work.minimum, node.work.maximum)
            changes[maker] = ()
            changes[number] = (replace(before, work=work, outputs=node.outputs),)
    return graph.with_nodes(changes) if changes else graph
