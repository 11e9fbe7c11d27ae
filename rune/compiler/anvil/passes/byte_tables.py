"""Byte tables: replaces a chain of elementwise ops and proc-blocks from a byte to a byte by one table of 256 bytes.

Examples are an image's normalization with the model's QUANTIZE, and DEQUANTIZE with QUANTIZE: the floats between them
are never computed. A table that changes nothing is a view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rune.compiler.anvil.computation import Array, Computation, View
from rune.compiler.anvil.graph import NUMPY_TYPES, BlockCall, Graph, Node
from rune.compiler.anvil.limit_checks import check_limits
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.ops.reshaping.reshape import Reshape
from rune.tensor import ElementType, TensorType

_BYTES = (ElementType.U8, ElementType.I8)


def byte_tables(graph: Graph) -> Graph:
    """Returns the graph with one table for each chain of at least two steps."""
    readers = graph.readers()
    replacements: dict[int, Sequence[Node]] = {}
    for number in range(len(graph.nodes)):
        check_limits()
        if number in replacements:
            continue
        chain = _chain(graph, readers, number)
        if chain:
            replacements |= dict.fromkeys(chain, ())
            replacements[chain[-1]] = (_table_node(graph, chain),)
    return graph.with_nodes(replacements) if replacements else graph


def _chain(graph: Graph, readers: Mapping[int, Sequence[int]], start: int) -> list[int]:
    """Returns the longest chain from a node, by node numbers; empty if merging would save nothing."""
    if isinstance(graph.nodes[start].work, View) or not _is_byte(graph, graph.nodes[start].inputs):
        return []
    chain: list[int] = []
    longest = 0
    number: int | None = start
    while number is not None and _function(graph, graph.nodes[number]) is not None:
        node = graph.nodes[number]
        chain.append(number)
        if _is_byte(graph, node.outputs) and not isinstance(node.work, View):
            longest = len(chain)
        following = readers.get(node.outputs[0], ())
        number = following[0] if len(following) == 1 else None
    chain = chain[:longest]
    works = [graph.nodes[number].work for number in chain]
    if sum(not isinstance(work, View) for work in works) >= 2:
        return chain
    return chain if chain and isinstance(works[0], ByteTable) and _changes_nothing(works[0].table) else []


def _is_byte(graph: Graph, indices: Sequence[int]) -> bool:
    return len(indices) == 1 and graph.values[indices[0]].type.element in _BYTES


def _function(graph: Graph, node: Node) -> Callable[[Array], Array] | None:
    """Returns the function on elements of an elementwise node with one input and one output."""
    if len(node.inputs) != 1 or len(node.outputs) != 1:
        return None
    work = node.work
    if isinstance(work, Computation) and work.is_elementwise:
        return lambda elements: work.evaluate(elements)[0]
    if isinstance(work, BlockCall) and work.element is not None:
        element, kind = work.element, NUMPY_TYPES[graph.values[node.outputs[0]].type.element]
        return lambda elements: np.array([element(each) for each in elements.tolist()], kind)
    return None


def _table_node(graph: Graph, chain: Sequence[int]) -> Node:
    """Returns one node for the chain. It has the name of the chain's last model op, to which its time is attributed."""
    nodes = [graph.nodes[number] for number in chain]
    source, result = (graph.values[index].type for index in (nodes[0].inputs[0], nodes[-1].outputs[0]))
    elements: Array = np.arange(256, dtype=np.uint8).view(NUMPY_TYPES[source.element])
    for node in nodes:
        function = _function(graph, node)
        assert function is not None  # noqa: S101 - the chain is of such nodes
        elements = function(elements)
    ops = [node for node in nodes if isinstance(node.work, Computation)]
    inputs, outputs = nodes[0].inputs, nodes[-1].outputs
    return replace(
        (ops or nodes)[-1], work=_work(source, result, elements.view(np.uint8)), inputs=inputs, outputs=outputs
    )


def _work(source: TensorType, result: TensorType, table: Array) -> Computation:
    channels, result_channels = (kind.dimensions[-1] if kind.dimensions else 1 for kind in (source, result))
    if _changes_nothing(table):
        return Reshape(channels, result_channels)
    signs = (source.element is ElementType.I8, result.element is ElementType.I8)
    # A RESHAPE in the chain may make other channels of them.
    return ByteTable(result.count, table, signs, keeps_channels=channels == result_channels)


def _changes_nothing(table: Array) -> bool:
    return bool(np.array_equal(table, np.arange(256)))
