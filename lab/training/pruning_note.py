"""A sentence about channels that a run was to remove, and did not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.recipes.arguments import Values


def pruning_note(values: Values, result: Mapping[str, Any]) -> Sequence[str]:
    """A sentence where channels were to be removed, and the run ended before."""
    if not values.get("prune") or result["pruned_after"] is not None:
        return ()
    ending = (
        "was stopped before channels were removed" if result["ended"] == "stopped" else "is too short to remove any"
    )
    return (f"The run {ending}: the model has all channels, and needs as much.",)
