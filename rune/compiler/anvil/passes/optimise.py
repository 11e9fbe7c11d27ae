"""All passes in their order, and what each of them saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rune.compiler.anvil.figures import Figures
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
"""Pure; gives the very graph that it was given where it finds nothing to do."""

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
"""By name, in the order in which they run."""

SMALL_PASSES: Mapping[str, Pass] = {
    **{name: rewrite for name, rewrite in PASSES.items() if name != "in place"},
    "rows": rows,
    "in place": in_place,
}
"""The same for targets whose memory is dearer than their time."""


@dataclass(frozen=True, eq=False)
class Applied:
    """A pass that changed the graph: what came of it, and what is gone."""

    name: str
    graph: Graph
    saved: Figures


@dataclass(frozen=True, eq=False)
class Optimised:
    """The graph after all passes, and those that changed it, in their order."""

    graph: Graph
    applied: tuple[Applied, ...]


def optimise(
    graph: Graph, passes: Mapping[str, Pass] = PASSES, between: Callable[[], None] = lambda: None
) -> Optimised:
    """The same function of the same inputs. The same graph gives the same result. `between` is called before each pass,
    and may end it."""
    applied = []
    for name, rewrite in passes.items():
        between()
        before = graph
        graph = rewrite(before)
        if graph is not before:
            applied.append(Applied(name, graph, figures(before) - figures(graph)))
    return Optimised(graph, tuple(applied))
