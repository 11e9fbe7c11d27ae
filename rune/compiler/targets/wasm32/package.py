"""A rune: the module, its graph, its version, its resources and a second module in one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rune.compiler.anvil.target import Made
from rune.running.container import graph_json, pack, rune_sections


def package(made: Made) -> Mapping[str, bytes]:
    """The rune, called as the old command named files: what follows the last dot of the name is left out."""
    graph = graph_json(made.pipeline, made.name, made.memory, made.watched)
    packed = pack(made.module, rune_sections(graph, made.resources, made.second))
    return {f"{Path(made.name).stem}.rune": packed}
