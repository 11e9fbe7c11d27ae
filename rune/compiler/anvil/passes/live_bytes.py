"""A lower bound of a graph's memory, without kernels and their scratch."""

from __future__ import annotations

from itertools import accumulate

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph


def live_bytes(graph: Graph) -> int:
    """Returns the maximum size of all tensors that must be in memory at the same time, without constants."""
    return max(live_bytes_by_node(graph), default=0)


def live_bytes_by_node(graph: Graph) -> tuple[int, ...]:
    """Returns the same for each node: its own values, values that are read later, and its row windows."""
    spans: dict[int, tuple[int, int]] = {}
    for number, node in enumerate(graph.nodes):
        for storage in map(graph.storage, (*node.reads, *node.outputs)):
            spans[storage] = (spans[storage][0] if storage in spans else number, number)
    changes = [0] * (len(graph.nodes) + 1)
    for storage, (first, last) in spans.items():
        if graph.values[storage].data is None:
            changes[first] += graph.values[storage].type.size
            changes[last + 1] -= graph.values[storage].type.size
    windows = (node.work.window_bytes if isinstance(node.work, Computation) else 0 for node in graph.nodes)
    return tuple(tensors + own for tensors, own in zip(accumulate(changes), windows, strict=False))
