"""The recipes of `lab`, which describes them in a process of its own, once for each process of the server."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, TypedDict

from forge.core.errors import Invalid, Unprocessable
from forge.learning.lab_jobs.process import LabDied, LabRefused, ask_lab
from rune.wording import quoted

SECONDS = 60.0
"""The longest that describing them may take."""
Number = int | float


class RecipeArgumentJson(TypedDict):
    """An argument of a recipe: a number from `low` to `high`, in `unit`."""

    name: str
    title: Annotated[str, "as people call it"]
    group: Annotated[str, "of the form: `Network`, `Front end`, `Augmentation` or `Optimiser`"]
    shown: Annotated[
        Literal["number", "share", "switch"],
        "how people set it: as it is, as a share in per cent, or on for 1 and off for 0",
    ]
    meaning: str
    default: float
    low: float
    high: float
    unit: str
    is_whole: bool


class RecipeSizeJson(TypedDict):
    """A size of a recipe: the values of all arguments that people choose at once."""

    name: Annotated[str, "`small`, `balanced` or `accurate`"]
    title: str
    advice: str
    arguments: dict[str, float]


class RecipeSpaceJson(TypedDict):
    """The values that a search tries of a recipe's arguments, and the forms."""

    arguments: dict[str, list[float]]
    forms: list[str]


class RecipeJson(TypedDict):
    """A recipe: its kind of samples, its arguments, and its search space."""

    name: str
    title: str
    summary: Annotated[str, "what it learns, in Markdown"]
    needs: Annotated[str, "which data it needs, in Markdown"]
    kind: Annotated[str, "of the samples that it learns from: `sound`, `picture`, `motion` or `table`"]
    answers: Annotated[Literal["label", "number", "counts"], "what its rune answers with"]
    curve: Annotated[Literal["accuracy", "explained", "f1"], "what the curve beside the loss is"]
    needs_backbone: Annotated[bool, "whether it learns behind a model of the project"]
    needs_background: Annotated[
        bool, "whether its data needs sounds of background: it tells sounds apart, and makes none itself"
    ]
    takes_teacher: Annotated[bool, "whether it can learn the answers of another run beside the labels"]
    augmentation: Annotated[
        list[str], "the arguments by which recordings are changed while learning, where that can be seen or heard"
    ]
    arguments: list[RecipeArgumentJson]
    start_arguments: Annotated[
        list[RecipeArgumentJson],
        "the arguments of a run that begins with a model of Keras; none of a recipe whose runs begin with no model",
    ]
    space: Annotated[RecipeSpaceJson | None, "`null` for a recipe that is not searched"]
    learns: Annotated[
        Literal["labels", "normal", "word", "objects", "number"],
        "the answer that it learns, which decides what it needs",
    ]
    fills_windows: Annotated[bool, "whether a recording that is shorter than a window is followed by silence"]
    main_arguments: Annotated[list[str], "the arguments that people set first, three at most"]
    sizes: Annotated[list[RecipeSizeJson], "from the smallest to the largest; `balanced` has the defaults"]


class LabRecipesJson(TypedDict):
    """All recipes."""

    recipes: list[RecipeJson]


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
