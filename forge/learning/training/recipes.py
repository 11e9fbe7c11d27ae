"""The recipes of `lab`, which describes them in a process of its own, once for each process of the server."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from forge.core.errors import Invalid, Unprocessable
from forge.learning.conversions.lab_process import LabDied, LabRefused, ask_lab
from forge.learning.training.running.lab_events import LabRecipesJson, RecipeArgumentJson, RecipeJson
from rune.wording import quoted

SECONDS = 60.0
"""The longest that describing them may take."""
Number = int | float


def recipes() -> list[RecipeJson]:
    """All recipes. Raises `Unprocessable` where `lab` does not start."""
    try:
        return _recipes()
    except (LabDied, LabRefused) as error:
        raise Unprocessable(f"The recipes cannot be read: {error} Tell the operator.") from error


@cache
def _recipes() -> list[RecipeJson]:
    return ask_lab(
        {"action": "recipes"}, LabRecipesJson, seconds=SECONDS, tick=lambda: None, report=lambda _share, _text: None
    )["recipes"]


def known_recipes() -> list[RecipeJson]:
    """All recipes; none where `lab` does not start, which a page without a form says nothing about."""
    try:
        return recipes()
    except Unprocessable:
        return []


def other_curves() -> Mapping[str, str]:
    """The curve of each recipe that has another one than the accuracy, by name; none where `lab` does not start, which
    a page without a form says nothing about."""
    return {each["name"]: each["curve"] for each in known_recipes() if each["curve"] != "accuracy"}


def recipe_of(name: str) -> RecipeJson:
    """The recipe of a name. Raises `Invalid`."""
    for recipe in recipes():
        if recipe["name"] == name:
            return recipe
    names = ", ".join(recipe["name"] for recipe in recipes())
    raise Invalid(f"There is no recipe {quoted(name)}. There are {names}.", errors={"recipe": ["Choose a recipe."]})


def arguments_of(recipe: RecipeJson, *, begins_with_model: bool) -> list[RecipeArgumentJson]:
    """The arguments of a run of a recipe, which may begin with a model of Keras."""
    return recipe["start_arguments" if begins_with_model else "arguments"]


def checked_arguments(
    recipe: RecipeJson, arguments: Mapping[str, object], *, begins_with_model: bool = False
) -> dict[str, Number]:
    """The values of all arguments, with defaults. Raises `Invalid`, which names each argument that is wrong."""
    recipe_arguments = {each["name"]: each for each in arguments_of(recipe, begins_with_model=begins_with_model)}
    errors: dict[str, list[str]] = {}
    for name in arguments:
        if name not in recipe_arguments:
            errors[name] = [_unknown(recipe, name)]
    values: dict[str, Number] = {}
    for name, argument in recipe_arguments.items():
        value = _checked_value(argument, arguments.get(name, argument["default"]))
        if value is None:
            errors[name] = [_range(argument)]
        else:
            values[name] = value
    if errors:
        raise Invalid(" ".join(reason for reasons in errors.values() for reason in reasons), errors=errors)
    return values


def _unknown(recipe: RecipeJson, name: str) -> str:
    if any(each["name"] == name for each in recipe["arguments"]):
        return f"A run that begins with a model keeps its network: {name} would change nothing."
    return f"The recipe {recipe['name']} has no argument {quoted(name)}."


def _checked_value(argument: RecipeArgumentJson, value: object) -> Number | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if not argument["low"] <= value <= argument["high"]:
        return None
    if argument["is_whole"]:
        return int(value) if int(value) == value else None
    return float(value)


def _range(argument: RecipeArgumentJson) -> str:
    name, title = argument["name"], argument["title"]
    known_as = title if title.lower() == name else f"{title} ({name})"
    if argument["shown"] == "switch":
        return f"{known_as} must be 0 (off) or 1 (on)."
    kind = "a whole number" if argument["is_whole"] else "a number"
    low, high = argument["low"], argument["high"]
    unit = f" {argument['unit']}" if argument["unit"] else ""
    if argument["shown"] == "share":
        unit = f" ({100 * low:g} to {100 * high:g} %)"
    return f"{known_as} must be {kind} from {low:g} to {high:g}{unit}."
