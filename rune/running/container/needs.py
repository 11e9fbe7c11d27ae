"""A rune's needs from its host beside inputs, according to its graph. Runes of other compilers may need more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rune.running.container.reader import RuneFile

_OPEN = "rune_resource_open"


def needed_resources(rune: RuneFile) -> tuple[str, ...]:
    """The resources without a default that the rune asks for when it starts, by name, sorted. Without them it stops."""
    if not any(each.name == _OPEN for each in rune.imports):
        return ()
    graph = rune.graph or {}
    resources = graph.get("resources")
    if not isinstance(resources, Mapping):
        return ()
    without = {
        name
        for name, resource in resources.items()
        if isinstance(resource, Mapping) and resource.get("default_value") is None
    }
    return tuple(sorted(without & set(_resource_names(graph))))


def _resource_names(graph: Mapping[str, Any]) -> Iterator[str]:
    """The names that stages give as `$NAME`."""
    for kind in ("models", "proc-blocks", "capabilities"):
        stages = graph.get(kind)
        for stage in stages.values() if isinstance(stages, Mapping) else ():
            if not isinstance(stage, Mapping):
                continue
            arguments = stage.get("args")
            for value in (stage.get("file"), *(arguments.values() if isinstance(arguments, Mapping) else ())):
                if isinstance(value, str) and value.startswith("$"):
                    yield value[1:]
