"""Checks whether a rune is complete: a file that was cut between two sections is still a valid module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rune.running.container.reader import RuneFile


def missing_part(rune: RuneFile) -> str | None:
    """Returns the missing parts of the rune, in words; None when there are none.

    Every compiler of runes writes the graph, and a section for each resource with a default that no model is.
    """
    if rune.graph is None:
        return "its graph"
    resource_names = {name for name, _ in rune.resources}
    of_models = {stage.get("file") for stage in _records(rune.graph.get("models"))}
    resources = rune.graph.get("resources")
    for name, resource in resources.items() if isinstance(resources, Mapping) else ():
        has_default = isinstance(resource, Mapping) and resource.get("default_value") is not None
        if has_default and name not in resource_names and f"${name}" not in of_models:
            return f"its resource {name}"
    return None


def _records(stages: Any) -> list[Mapping[str, Any]]:
    return [each for each in stages.values() if isinstance(each, Mapping)] if isinstance(stages, Mapping) else []
