"""The facts about decision trees that a conversion gave. Their file is its only form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from forge.learning.conversions.running.lab_answers import TreesModelJson
from forge.learning.models import ModelConversion

MAX_CLASSES = 1000
MAX_TEXT = 200
"""Characters of the name of a class, and of a library."""
MAX_STAGES = 4000
"""Characters of the stages, which `lab` writes."""


class ConvertedTreesJson(TypedDict):
    """Decision trees that became the file of the block `decision_trees`."""

    features: Annotated[int, "numbers that they read"]
    outputs: int
    trees: int
    nodes: int
    classes: Annotated[list[str], "in the order of the outputs; empty for a regressor"]
    difference: Annotated[float, "the largest to the source on 256 inputs, of the largest output"]
    stages: Annotated[str, "of a Runefile, behind its stage `features`, with the resource `TREES`"]


def trees_of(row: ModelConversion) -> ConvertedTreesJson | None:
    """Returns the facts about the decision trees of a conversion; None for a model with layers."""
    trees: ConvertedTreesJson | None = row.description.get("trees")
    return trees


def tree_description(answer: TreesModelJson, source_format: str) -> dict[str, Any]:
    """Returns the description of a conversion that gave decision trees."""
    classes = _bounded(answer["classes"])
    trees: ConvertedTreesJson = {
        "features": answer["features"],
        "outputs": answer["scores"],
        "trees": answer["trees"],
        "nodes": answer["nodes"],
        "classes": classes,
        "difference": answer["difference"],
        "stages": answer["stages"][:MAX_STAGES],
    }
    conversion = {
        "inputs": [],
        "classes": classes,
        "scores": answer["scores"],
        "difference": answer["difference"],
        "saved_with": answer["saved_with"][:MAX_TEXT],
        "converter": answer["converter"][:MAX_TEXT],
    }
    return {"format": source_format, "conversion": conversion, "trees": trees}


def _bounded(names: Sequence[str]) -> list[str]:
    """Returns the names of classes as they are kept: a file may have any."""
    return [name[:MAX_TEXT] for name in names[:MAX_CLASSES]]
