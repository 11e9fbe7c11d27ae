"""Views: an op that only gives its input other dimensions is no work, its output is the input's memory."""

from __future__ import annotations

from dataclasses import replace

from rune.anvil.computation import View
from rune.anvil.graph import Graph


def views(graph: Graph) -> Graph:
    """The graph without RESHAPE and its like."""
    found = {number: node for number, node in enumerate(graph.nodes) if isinstance(node.work, View)}
    shared = {node.outputs[0]: replace(graph.values[node.outputs[0]], shares=node.inputs[0]) for node in found.values()}
    return graph.with_values(shared).with_nodes(dict.fromkeys(found, ())) if found else graph
