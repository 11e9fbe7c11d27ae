"""How much memory a graph needs at least, before kernels and their scratch are known."""

from __future__ import annotations

from rune.anvil.graph import Graph
from rune.anvil.plan import Interval, least_arena
from rune.anvil.program import Buffer


def live_bytes(graph: Graph) -> int:
    """The bytes of all tensors that must be there at one time, at most; constants are not counted."""
    spans: dict[int, Interval] = {}
    for number, node in enumerate(graph.nodes):
        for index in (*node.inputs, *node.outputs):
            storage = graph.storage(index)
            if graph.values[storage].data is None:
                spans[storage] = Interval(spans[storage].first if storage in spans else number, number)
    buffers = [Buffer("", graph.values[storage].type.size) for storage in spans]
    return least_arena(buffers, list(spans.values()), 1)
