"""All recipes, by name: each is a folder of this package with a `RECIPE`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import lab.recipes
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind
from rune.datasets.learnable import LearnedAnswer
from rune.wording import quoted


def _recipes() -> Iterator[Recipe]:
    for module in iter_modules(lab.recipes.__path__):
        if module.ispkg:
            yield import_module(f"{lab.recipes.__name__}.{module.name}").RECIPE


def _order(recipe: Recipe) -> tuple[int, bool, bool, bool, bool, str]:
    """Orders recipes by kind of recordings; the first recipe of a kind is offered for them. Recipes that tell labels
    apart come early, as they are used most, and networks come before estimators that learn the same."""
    answer = recipe.task.learned_answer
    return (
        list(Kind).index(recipe.kind),
        answer is LearnedAnswer.NORMAL,
        answer is LearnedAnswer.NUMBER,
        recipe.needs_backbone or answer in (LearnedAnswer.WORD, LearnedAnswer.OBJECTS),
        recipe.estimator is not None,
        recipe.name,
    )


RECIPES: Final[Mapping[str, Recipe]] = {each.name: each for each in sorted(_recipes(), key=_order)}
NETWORK_RECIPES: Final[Mapping[str, Recipe]] = {
    name: recipe for name, recipe in RECIPES.items() if recipe.estimator is None
}
"""The recipes that train a network, by name."""


def recipe_of(name: str) -> Recipe:
    """The recipe of a name. Raises `Refused`."""
    if name not in RECIPES:
        raise Refused(Reason.SETTINGS, f"There is no recipe {quoted(name)}. There are {', '.join(RECIPES)}.")
    return RECIPES[name]
