"""The arguments of runs and trials as people read them: by title, with units."""

from __future__ import annotations

from collections.abc import Mapping

from forge.learning.recipes import RecipeArgumentJson, RecipeJson, known_recipes
from forge.learning.training.pages.fields import decimal


def written_arguments(arguments: Mapping[str, float], recipe: RecipeJson | None) -> list[tuple[str, str]]:
    """The arguments of a run as people read them, with units."""
    known_arguments = arguments_by_name(recipe)
    return [
        (title_of(name, known_arguments), written_value(name, value, known_arguments))
        for name, value in arguments.items()
    ]


def arguments_by_name(recipe: RecipeJson | None) -> Mapping[str, RecipeArgumentJson]:
    """The arguments of a recipe, also those of a run that begins with a model; none of a recipe that is not known."""
    rows = [] if recipe is None else [*recipe["start_arguments"], *recipe["arguments"]]
    return {each["name"]: each for each in rows}


def arguments_of_recipes(*names: str) -> Mapping[str, RecipeArgumentJson]:
    """The arguments of some recipes; none where `lab` does not start."""
    known_arguments: dict[str, RecipeArgumentJson] = {}
    for recipe in known_recipes():
        if recipe["name"] in names:
            known_arguments |= arguments_by_name(recipe)
    return known_arguments


def title_of(name: str, known_arguments: Mapping[str, RecipeArgumentJson]) -> str:
    """The title of an argument; of one that its recipe had earlier, its name."""
    return known_arguments[name]["title"] if name in known_arguments else name.replace("-", " ").capitalize()


def written_value(name: str, value: float, known_arguments: Mapping[str, RecipeArgumentJson]) -> str:
    """A value with its unit, in per cent, or as on and off."""
    argument = known_arguments.get(name)
    if argument is None:
        return f"{value:g}"
    if argument["shown"] == "switch":
        return "on" if value else "off"
    if argument["shown"] == "share":
        return f"{decimal(value * 100)} %"
    return f"{value:g} {_unit(argument['unit'], value)}".strip()


def _unit(unit: str, value: float) -> str:
    """The unit, as it is written behind a value: a word for things that are counted is in the plural."""
    is_word = len(unit) > 2
    return unit.removesuffix("s") if value == 1 and is_word else unit
