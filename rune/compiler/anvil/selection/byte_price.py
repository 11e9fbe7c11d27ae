"""The price of a byte of constants, used to choose kernels."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.rows import RowByRow


def byte_price(graph: Graph, kernels: KernelSet) -> float:
    """Returns the average number of instructions per byte of constants of a graph, with the kernels that have the
    fewest constants. At this price a kernel is chosen if it saves a greater share of the time than it adds to the
    constants.

        Computations whose kernels have no estimates are not counted. Returns 0 if there are no others.
    """
    instructions = constants = 0
    for computation, times in _computations(graph):
        cost = kernels.leanest(computation)
        if cost is not None:
            instructions += times * cost.instructions
            constants += cost.constants
    return instructions / constants if constants else 0.0


def _computations(graph: Graph) -> Iterator[tuple[Computation, int]]:
    """Returns the computations of a graph, and how often each runs."""
    for node in graph.nodes:
        if isinstance(node.work, RowByRow):
            yield from ((stage.work.computation, stage.rows) for stage in node.work.stages)
        elif isinstance(node.work, Computation):
            yield node.work, 1
