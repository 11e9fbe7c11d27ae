"""Constant folding: an elementwise op of constants is computed now, in the arithmetic that its kernel would use."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import NUMPY_TYPES, Graph
from rune.compiler.anvil.looks import look_up

SMALL = 1 << 16
"""Bytes that a constant may have in any case; a larger one may not be larger than what it is made of."""


def constant_folding(graph: Graph) -> Graph:
    """The graph with constants in place of ops that only read constants."""
    values = list(graph.values)
    folded = []
    for number, node in enumerate(graph.nodes):
        look_up()
        if not isinstance(node.work, Computation) or not node.work.is_elementwise:
            continue
        given = [data for data in (values[index].data for index in node.inputs) if data is not None]
        if len(given) < len(node.inputs):
            continue
        size = sum(values[index].type.size for index in node.outputs)
        if size > max(SMALL, sum(data.nbytes for data in given)):
            continue
        for index, result in zip(node.outputs, node.work.evaluate(*given), strict=True):
            kind = values[index].type
            data = result.astype(NUMPY_TYPES[kind.element], copy=False).reshape(kind.dimensions)
            values[index] = replace(values[index], data=data)
        folded.append(number)
    return replace(graph, values=tuple(values)).with_nodes(dict.fromkeys(folded, ())) if folded else graph
