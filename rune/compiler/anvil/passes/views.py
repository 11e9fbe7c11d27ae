"""Views: removes ops whose outputs are their input's bytes, or parts of them, by sharing memory.

RESHAPE is one, and so is a SLICE, SPLIT or TRANSPOSE of contiguous data. If a part would keep so much of its input in
memory that the pipeline needed more, it is copied.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.computation import View, ViewParts
from rune.compiler.anvil.graph import Graph, Node
from rune.compiler.anvil.passes.live_bytes import live_bytes


def views(graph: Graph) -> Graph:
    """Returns the graph without such ops."""
    candidates = [number for number, node in enumerate(graph.nodes) if isinstance(node.work, View)]
    for number in candidates:
        graph = _with_views(graph, graph.nodes[number], (0,))
    least = live_bytes(graph)
    for number, node in enumerate(graph.nodes):
        offsets = node.work.part_offsets if isinstance(node.work, ViewParts) else None
        if offsets is None or graph.values[graph.storage(node.inputs[0])].data is not None:
            continue
        candidate = _with_views(graph, node, offsets)
        needed_bytes = live_bytes(candidate)
        if needed_bytes <= least:
            graph, least = candidate, needed_bytes
            candidates.append(number)
    return graph.with_nodes(dict.fromkeys(candidates, ())) if candidates else graph


def _with_views(graph: Graph, node: Node, offsets: tuple[int, ...]) -> Graph:
    """Returns the graph in which the outputs of this node are views at these offsets of its first input."""
    return graph.with_values(
        {
            index: replace(graph.values[index], shares=node.inputs[0], offset=offset)
            for index, offset in zip(node.outputs, offsets, strict=True)
        }
    )
