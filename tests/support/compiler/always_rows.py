"""A pass that has all filters work row by row, whether that saves memory or not, and targets with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.passes.optimise import SMALL_PASSES
from rune.compiler.anvil.passes.rows import Chain, Links
from rune.compiler.anvil.target import Target


def row_by_row(target: Target, longest: int) -> Target:
    """The target with chains of up to so many ops wherever there can be one."""
    passes = {**SMALL_PASSES, "rows": _always_rows(longest)}
    return replace(target, name=f"{target.name}, {longest} ops row by row", passes=passes)


def _always_rows(longest: int) -> Callable[[Graph], Graph]:
    def rows(graph: Graph) -> Graph:
        links, chains, left = Links.of(graph), list[Chain](), set(range(len(graph.nodes)))
        for last in reversed(range(len(graph.nodes))):
            ending = [chain for chain in links.chains_with(last) if chain[-1] == last and left.issuperset(chain)]
            chain = max((each for each in ending if len(each) <= longest), key=len, default=())
            chains += [chain] if chain else []
            left -= set(chain)
        return links.with_chains(chains) if chains else graph

    return rows
