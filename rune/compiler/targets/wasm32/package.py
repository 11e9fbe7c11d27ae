"""A rune: the module, its graph, its version, its resources and a second module in one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rune.compiler.anvil.target import BuiltProgram
from rune.running.container import pack, rune_sections
from rune.running.container.graph import graph_json
from rune.running.container.watch import watch_json


def package(result: BuiltProgram) -> Mapping[str, bytes]:
    """The rune, called as the old command named files: what follows the last dot of the name is left out."""
    graph = graph_json(result.pipeline, result.name, result.memory, result.watched_ports)
    rune = pack(result.module, rune_sections(graph, result.resources, result.second, watch_json(result.pipeline)))
    return {f"{Path(result.name).stem}.rune": rune}
