"""The answer of the tool that lists the recipes of training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from rune.source.policy.sections.training import MAX_ARGUMENTS
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments


class FindRecipes(ToolArguments):
    """The kind of the samples."""

    kind: str = Field(description="`sound`, `picture`, `motion` or `table`; empty for all", default="")


class RecipeArgumentRow(ToolAnswer):
    """An argument of a recipe: a number from `low` to `high`."""

    name: str
    meaning: str
    default: float
    low: float
    high: float
    unit: str


class TrainingRecipe(ToolAnswer):
    """A way to train a model. `sizes` has the arguments of each size in words that people choose."""

    name: str
    title: str
    summary: str
    needs: str
    kind: str
    is_searched: bool
    arguments: list[RecipeArgumentRow]
    sizes: dict[str, dict[str, float]]


class RecipesAnswer(ToolAnswer):
    """The recipes by which models are trained."""

    recipes: list[TrainingRecipe]


def recipes_answer(descriptions: Iterable[Mapping[str, Any]], kind: str) -> RecipesAnswer:
    """Returns the recipes for a kind of samples, of their descriptions by `lab`; those of all kinds for ""."""
    return RecipesAnswer(recipes=[_recipe(each) for each in descriptions if kind in ("", each["kind"])])


def _recipe(description: Mapping[str, Any]) -> TrainingRecipe:
    return TrainingRecipe(
        name=description["name"],
        title=description["title"],
        summary=description["summary"],
        needs=description["needs"],
        kind=description["kind"],
        is_searched=description["space"] is not None,
        arguments=[
            RecipeArgumentRow(**{field: each[field] for field in RecipeArgumentRow.model_fields})
            for each in description["arguments"][:MAX_ARGUMENTS]
        ],
        sizes={each["name"]: each["arguments"] for each in description["sizes"]},
    )
