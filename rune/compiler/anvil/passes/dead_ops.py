"""Dead ops: what nothing reads is not computed. Only ops of models: a proc-block may still refuse what it is given.

An op that writes what is kept for the next run stays.
"""

from __future__ import annotations

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph


def dead_ops(graph: Graph) -> Graph:
    """The graph without ops whose results reach no block, no host model and no output."""
    needed: set[int] = set()
    dead = []
    for number in reversed(range(len(graph.nodes))):
        node = graph.nodes[number]
        is_needed = any(
            index in needed or graph.values[graph.storage(index)].initial is not None for index in node.outputs
        )
        if isinstance(node.work, Computation) and not is_needed:
            dead.append(number)
        else:
            needed.update(node.reads)
    return graph.with_nodes(dict.fromkeys(dead, ())) if dead else graph
