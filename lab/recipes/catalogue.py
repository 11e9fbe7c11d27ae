"""All recipes, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lab.recipes import motion
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from rune.wording import quoted

RECIPES: Final[Mapping[str, Recipe]] = {each.name: each for each in (motion.RECIPE,)}


def recipe_of(name: str) -> Recipe:
    """The recipe of a name. Raises `Refused`."""
    if name not in RECIPES:
        raise Refused(Reason.SETTINGS, f"There is no recipe {quoted(name)}. There are {', '.join(RECIPES)}.")
    return RECIPES[name]
