"""Constant folding: computes elementwise ops of constants, with the arithmetic of their kernels."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import NUMPY_TYPES, Graph
from rune.compiler.anvil.limit_checks import check_limits

SMALL = 1 << 16
"""The size below which a folded constant is always accepted; a larger one must not be larger than its inputs."""


def constant_folding(graph: Graph) -> Graph:
    """Returns the graph with constants instead of ops that read only constants."""
    values = list(graph.values)
    folded_nodes = []
    for number, node in enumerate(graph.nodes):
        check_limits()
        if not isinstance(node.work, Computation) or not node.work.is_elementwise:
            continue
        constants = [data for data in (values[index].data for index in node.inputs) if data is not None]
        if len(constants) < len(node.inputs):
            continue
        size = sum(values[index].type.size for index in node.outputs)
        if size > max(SMALL, sum(data.nbytes for data in constants)):
            continue
        try:
            results = node.work.evaluate(*constants)
        except ValueError:  # it ends the run
            continue
        for index, result in zip(node.outputs, results, strict=True):
            kind = values[index].type
            data = result.astype(NUMPY_TYPES[kind.element], copy=False).reshape(kind.dimensions)
            values[index] = replace(values[index], data=data)
        folded_nodes.append(number)
    return replace(graph, values=tuple(values)).with_nodes(dict.fromkeys(folded_nodes, ())) if folded_nodes else graph
