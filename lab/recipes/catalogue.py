"""All recipes, by name: each is a folder of this package with a `RECIPE`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import lab.recipes
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from rune.wording import quoted


def _recipes() -> Iterator[Recipe]:
    for module in iter_modules(lab.recipes.__path__):
        if module.ispkg:
            yield import_module(f"{lab.recipes.__name__}.{module.name}").RECIPE


def _order(recipe: Recipe) -> tuple[bool, bool, bool, str]:
    """The first recipe of a kind of recordings is offered for them: one that tells labels apart by a network."""
    return recipe.estimator is not None, recipe.target is not None, recipe.learns_anomalies, recipe.name


RECIPES: Final[Mapping[str, Recipe]] = {each.name: each for each in sorted(_recipes(), key=_order)}
NETWORK_RECIPES: Final[Mapping[str, Recipe]] = {
    name: recipe for name, recipe in RECIPES.items() if recipe.estimator is None
}
"""Those that train a network, by name."""


def recipe_of(name: str) -> Recipe:
    """The recipe of a name. Raises `Refused`."""
    if name not in RECIPES:
        raise Refused(Reason.SETTINGS, f"There is no recipe {quoted(name)}. There are {', '.join(RECIPES)}.")
    return RECIPES[name]
