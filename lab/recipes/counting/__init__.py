"""Counting objects in pictures: a network says of each cell of a grid whose middle is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import pictures
from lab.recipes.arguments import (
    COMMON,
    ArgumentGroup,
    RecipeArgument,
    ShownAs,
    Values,
    require_multiple,
    with_defaults,
)
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import Recipe
from lab.tasks.objects import CELL, ObjectTask

_OF_PICTURES = {each.name: each for each in pictures.RECIPE.arguments}
_ARGUMENTS = (
    replace(
        _OF_PICTURES["size"],
        meaning=f"Width and height of what the model sees, a multiple of {CELL}.",
        default=96,
        low=32,
    ),
    _OF_PICTURES["colour"],
    RecipeArgument(
        "filters",
        "Filters of the first convolution; the last ones have four times as many.",
        12,
        4,
        64,
        title="Filters per layer",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "blocks",
        "Blocks of convolutions on the grid: each sees one cell further.",
        3,
        1,
        8,
        title="Blocks",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "object-weight",
        "How much a cell with an object counts, beside one without.",
        10.0,
        1.0,
        1000.0,
        title="Object weight",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "threshold",
        "The share above which a cell has an object; 0 chooses it.",
        0.0,
        0.0,
        0.99,
        title="Detection threshold",
        group=ArgumentGroup.FRONT_END,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "positions",
        "The most positions that the rune sends; it counts all.",
        20,
        1,
        300,
        "objects",
        title="Positions sent, at most",
        group=ArgumentGroup.FRONT_END,
    ),
    _OF_PICTURES["shift"],
    _OF_PICTURES["brightness"],
    _OF_PICTURES["mirror"],
)


def _features(values: Values) -> FeatureStages:
    require_multiple(values, "size", CELL)
    return pictures.RECIPE.features(values)


RECIPE = Recipe(
    name="counting",
    title="Counting objects in pictures",
    kind=pictures.RECIPE.kind,
    folder=Path(__file__).parent,
    arguments=(
        *_ARGUMENTS,
        *with_defaults(COMMON, {"learning-rate": 0.01}),
    ),
    network_arguments=("filters", "blocks", "dropout"),
    augmentation=("shift", "brightness", "mirror"),
    task=ObjectTask(),
    features=_features,
    sizes={"small": {"size": 64, "filters": 8}, "balanced": {}, "accurate": {"size": 128, "filters": 16}},
    main_arguments=("size", "colour", "epochs"),
)
