"""Dead ops: removes ops whose results nothing reads. Only ops of models: a proc-block may still reject its input.

An op that writes a persistent value stays.
"""

from __future__ import annotations

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph


def dead_ops(graph: Graph) -> Graph:
    """Returns the graph without ops whose results reach no block, host model or output."""
    needed_values: set[int] = set()
    dead = []
    for number in reversed(range(len(graph.nodes))):
        node = graph.nodes[number]
        is_needed = any(
            index in needed_values or graph.values[graph.storage(index)].initial is not None for index in node.outputs
        )
        if isinstance(node.work, Computation) and not is_needed:
            dead.append(number)
        else:
            needed_values.update(node.reads)
    return graph.with_nodes(dict.fromkeys(dead, ())) if dead else graph
