"""Rows: computes chains of ops row by row where most memory is needed, if that needs less.

For targets with little memory. A chain of ops becomes one node, at the place of its last op.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rune.compiler.anvil.graph import Graph, Node
from rune.compiler.anvil.limit_checks import check_limits
from rune.compiler.anvil.passes.in_place import in_place
from rune.compiler.anvil.passes.live_bytes import live_bytes_by_node
from rune.compiler.anvil.rows import ByRows, RowByRow, RowStageWork, RowWork

LONGEST: Final = 16
"""The maximum number of ops in a chain, which is the depth of its loops."""
SEARCH: Final = 50_000
"""The maximum number of visited nodes: some hundreds of chains of a model with a hundred layers."""

Chain = tuple[int, ...]
"""Numbers of nodes. Each but the first reads the output of the one before, which nothing else reads."""


def rows(graph: Graph) -> Graph:
    """Returns the graph with chains that work row by row; the same graph if none of them saves memory."""
    links = Links.of(graph)
    chains: tuple[Chain, ...] = ()
    need = _Need.of(graph, chains)
    left = SEARCH // max(len(graph.nodes), 1)
    while left > 0:
        candidates = [_with(chains, chain) for chain in islice(links.chains_with(need.fullest), left)]
        needs = ((_Need.of(links.with_chains(each), each), each) for each in candidates)
        best = min(needs, key=lambda each: each[0].sizes, default=None)
        if best is None or best[0].sizes >= need.sizes:
            break
        (need, chains), left = best, left - len(candidates)
    return links.with_chains(chains) if chains else graph


def _with(chains: Sequence[Chain], chain: Chain) -> tuple[Chain, ...]:
    """Adds a chain, and removes those that share a node with it."""
    return (*(each for each in chains if not set(each) & set(chain)), chain)


@dataclass(frozen=True, eq=False)
class Links:
    """The nodes that can work row by row, and the node that each can be chained to."""

    graph: Graph
    works: Mapping[int, RowWork]
    before: Mapping[int, int]
    """The node whose rows each node reads."""

    @staticmethod
    def of(graph: Graph) -> Links:
        works = {number: work for number, node in enumerate(graph.nodes) if (work := _row_work(graph, node))}
        makers, readers = graph.makers(), graph.readers()
        shared_values = {value.shares for value in graph.values}
        before: dict[int, int] = {}
        for number, work in works.items():
            node = graph.nodes[number]
            links = [
                makers[index]
                for index in node.inputs
                if makers.get(index) in works
                and readers[index] == (number,)
                and node.inputs.count(index) == 1
                and index not in shared_values
                and graph.values[index].shares is None
                and _rows_of(graph, index) == work.source_rows
                and graph.nodes[makers[index]].stage == node.stage
            ]
            if links and work.step <= work.height:  # else rows would be made that nobody needs
                before[number] = max(links)
        return Links(graph, works, before)

    def chains_with(self, number: int) -> Iterator[Chain]:
        """Returns all chains that contain a node."""
        if number not in self.works:
            return
        after = {maker: reader for reader, maker in self.before.items()}
        head, tail = [number], [number]
        while head[-1] in self.before and len(head) < LONGEST:
            head.append(self.before[head[-1]])
        while tail[-1] in after and len(tail) < LONGEST:
            tail.append(after[tail[-1]])
        for start in range(len(head)):
            for end in range(min(len(tail), LONGEST - start)):
                yield (*reversed(head[1 : start + 1]), *tail[: end + 1])

    def with_chains(self, chains: Sequence[Chain]) -> Graph:
        changes: dict[int, Sequence[Node]] = {number: () for chain in chains for number in chain}
        return self.graph.with_nodes(changes | {chain[-1]: (self._node(chain),) for chain in chains})

    def _node(self, chain: Chain) -> Node:
        nodes = [self.graph.nodes[number] for number in chain]
        source = nodes[0].inputs[0]
        produced_values = {source} | {node.outputs[0] for node in nodes}
        others = dict.fromkeys(index for node in nodes for index in node.inputs if index not in produced_values)
        # Whole rows of the source may be read again by what bypasses the chain.
        inputs = (source, *others)
        stages, previous = [], source
        for number, node in zip(chain, nodes, strict=True):
            places = [inputs.index(index) if index in inputs else None for index in node.inputs]
            places[node.inputs.index(previous)] = None
            rows = _rows_of(self.graph, node.outputs[0]) or 1
            size = self.graph.values[node.outputs[0]].type.size // rows
            stages.append(RowStageWork(node.name, self.works[number], tuple(places), rows, size))
            previous = node.outputs[0]
        work = RowByRow(tuple(stages), self.graph.values[source].type.size // self.works[chain[0]].source_rows)
        name = nodes[0].name if len(nodes) == 1 else f"{nodes[0].name} to {nodes[-1].name}"
        return Node(name, nodes[-1].stage, work, inputs, nodes[-1].outputs)


def _row_work(graph: Graph, node: Node) -> RowWork | None:
    """Returns how a node computes a row; its other inputs must be constant in a run."""
    if not isinstance(node.work, ByRows) or len(node.outputs) != 1:
        return None
    output = node.outputs[0]
    rows = _rows_of(graph, output)
    work = None if rows is None else node.work.row_work(rows)
    storages = [graph.values[graph.storage(index)] for index in node.inputs]
    if work is None or any(each.data is not None or each.initial is not None for each in storages):
        return None
    size = graph.values[output].type.size
    is_even = all(graph.values[index].type.size == size for index in node.inputs) if len(node.inputs) > 1 else True
    return work if is_even else None


def _rows_of(graph: Graph, index: int) -> int | None:
    """Returns the height of one image."""
    sizes = graph.values[index].type.dimensions
    return sizes[1] if len(sizes) == 4 and sizes[0] == 1 and sizes[1] else None


@dataclass(frozen=True)
class _Need:
    """The sizes of tensors and windows in the steps of a graph, largest first, and the node that needs most."""

    sizes: tuple[int, ...]
    fullest: int

    @staticmethod
    def of(graph: Graph, chains: Sequence[Chain] = ()) -> _Need:
        """Computes the need of a graph with these chains. The node is one of the graph without them."""
        check_limits()
        sizes = live_bytes_by_node(in_place(graph))
        omitted_nodes = {number for chain in chains for number in chain[:-1]}
        numbers = [number for number in range(len(sizes) + len(omitted_nodes)) if number not in omitted_nodes]
        fullest = max(range(len(sizes)), key=sizes.__getitem__, default=0)
        return _Need(tuple(sorted(sizes, reverse=True)), numbers[fullest] if numbers else 0)
