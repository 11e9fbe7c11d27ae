"""Joins: writes the inputs of a CONCATENATION directly to its output, so that nothing is copied.

Each input must own its memory and be read once here. If the output would stay in memory for so long that the pipeline
needed more (as in a U-Net, whose first layers wait for the last), the inputs are copied.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.computation import JoinsInputs
from rune.compiler.anvil.graph import Graph, Node
from rune.compiler.anvil.passes.live_bytes import live_bytes


def joins(graph: Graph) -> Graph:
    """Returns the graph without such ops."""
    candidates = []
    least = live_bytes(graph)
    for number, node in enumerate(graph.nodes):
        offsets = node.work.joined_offsets if isinstance(node.work, JoinsInputs) else None
        if offsets is None or not _have_memory_of_their_own(graph, node):
            continue
        candidate = graph.with_values(
            {
                storage: replace(graph.values[storage], shares=node.outputs[0], offset=offset)
                for storage, offset in zip(map(graph.storage, node.inputs), offsets, strict=True)
            }
        )
        needed_bytes = live_bytes(candidate)
        if needed_bytes <= least:
            graph, least = candidate, needed_bytes
            candidates.append(number)
    return graph.with_nodes(dict.fromkeys(candidates, ())) if candidates else graph


def _have_memory_of_their_own(graph: Graph, node: Node) -> bool:
    """Returns whether each input owns all of its storage alone, and is no constant."""
    storages = [graph.storage(index) for index in node.inputs]
    return len(set(storages)) == len(storages) and all(
        graph.values[storage].data is None and graph.values[storage].type.size == graph.values[index].type.size
        for storage, index in zip(storages, node.inputs, strict=True)
    )
