"""Which stage of the graph each output of a rune is. Outputs have numbers in the ABI, and names only in the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rune.container.reader import Rune

ORDER = "order"
"""The key under which our graphs say how many outputs a rune asks for before this one."""


def output_stages(rune: Rune, kinds: Sequence[str]) -> tuple[str | None, ...]:
    """The stage of each output, in the order in which the rune asks for them; `kinds` as `SERIAL`, `TENSOR`.

    A graph of another compiler does not tell the order: there an output is known by its kind, where it is the only one.
    None for one that cannot be told from another.
    """
    nodes = {name: node for name, node in _records((rune.graph or {}).get("outputs")).items() if name}
    ordered = {node[ORDER]: name for name, node in nodes.items() if type(node.get(ORDER)) is int}
    if len(ordered) == len(nodes) == len(kinds) and set(ordered) == set(range(len(kinds))):
        found = [ordered[place] for place in range(len(kinds))]
        if [_kind(nodes[name]) for name in found] == list(kinds):
            return tuple(found)
    return tuple(_only_one(nodes, kind) if kinds.count(kind) == 1 else None for kind in kinds)


def _only_one(nodes: Mapping[str, Mapping[str, Any]], kind: str) -> str | None:
    alike = [name for name, node in nodes.items() if _kind(node) == kind]
    return alike[0] if len(alike) == 1 else None


def _kind(node: Mapping[str, Any]) -> str:
    kind = node.get("kind")
    return str(kind.get("type")).upper() if isinstance(kind, Mapping) else ""


def _records(value: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, Mapping):
        return {}
    return {name: node for name, node in value.items() if isinstance(node, Mapping)}
