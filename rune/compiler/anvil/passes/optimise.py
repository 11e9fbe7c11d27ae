"""Runs all passes in order, and reports what each saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rune.compiler.anvil.figures import GraphFigures
from rune.compiler.anvil.graph import Graph, figures
from rune.compiler.anvil.passes.activations import activations
from rune.compiler.anvil.passes.byte_tables import byte_tables
from rune.compiler.anvil.passes.constant_folding import constant_folding
from rune.compiler.anvil.passes.dead_channels import dead_channels
from rune.compiler.anvil.passes.dead_ops import dead_ops
from rune.compiler.anvil.passes.in_place import in_place
from rune.compiler.anvil.passes.joins import joins
from rune.compiler.anvil.passes.paddings import paddings
from rune.compiler.anvil.passes.rows import rows
from rune.compiler.anvil.passes.views import views

Pass = Callable[[Graph], Graph]
"""A pass. It is pure, and returns the same graph object if it changes nothing."""

PASSES: Mapping[str, Pass] = {
    "constant folding": constant_folding,
    "dead ops": dead_ops,
    "activations": activations,
    "paddings": paddings,
    "byte tables": byte_tables,
    "dead channels": dead_channels,
    "views": views,
    "joins": joins,
    "in place": in_place,
}
"""The passes by name, in the order in which they run."""

SMALL_PASSES: Mapping[str, Pass] = {
    **{name: rewrite for name, rewrite in PASSES.items() if name != "in place"},
    "rows": rows,
    "in place": in_place,
}
"""The passes for targets whose memory is more limited than their time."""


@dataclass(frozen=True, eq=False)
class AppliedPass:
    """A pass that changed the graph, with its result and what it saved."""

    name: str
    graph: Graph
    savings: GraphFigures


@dataclass(frozen=True, eq=False)
class Optimisation:
    """The graph after all passes, and the passes that changed it, in order."""

    graph: Graph
    passes: tuple[AppliedPass, ...]


def optimise(
    graph: Graph, passes: Mapping[str, Pass] = PASSES, between: Callable[[], None] = lambda: None
) -> Optimisation:
    """Runs the passes. The result computes the same; the same graph gives the same result. `between` is called before
    each pass, and may raise."""
    effective_passes = []
    for name, rewrite in passes.items():
        between()
        before = graph
        graph = rewrite(before)
        if graph is not before:
            effective_passes.append(AppliedPass(name, graph, figures(before) - figures(graph)))
    return Optimisation(graph, tuple(effective_passes))
