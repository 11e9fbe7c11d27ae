"""Shared parts of the recipes whose network reads one row of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.recipes.arguments import ArgumentGroup, Number, RecipeArgument, Values
from lab.recipes.features import FeatureStages
from lab.recipes.numbers import row_stage

DENSE_ARGUMENTS: Sequence[RecipeArgument] = (
    RecipeArgument(
        "units", "Outputs of each dense layer.", 32, 2, 256, title="Units per layer", group=ArgumentGroup.NETWORK
    ),
    RecipeArgument(
        "layers", "Dense layers in front of the last one.", 2, 1, 5, title="Dense layers", group=ArgumentGroup.NETWORK
    ),
    RecipeArgument(
        "noise",
        "The standard deviation of the noise that is added while learning, in those of the columns.",
        0.05,
        0.0,
        1.0,
        title="Noise",
        group=ArgumentGroup.AUGMENTATION,
    ),
)
DENSE_NETWORK = ("units", "layers", "dropout")
"""The arguments that the network takes."""
DENSE_SIZES: Mapping[str, Values] = {
    "small": {"units": 16, "layers": 1},
    "balanced": {},
    "accurate": {"units": 64, "layers": 3},
}
DENSE_SPACE: Mapping[str, Sequence[Number]] = {"units": (8, 16, 32, 64, 128), "layers": (1, 2, 3, 4)}


def row_features(values: Values) -> FeatureStages:
    """A row of a table as the model reads it, before its columns are scaled."""
    stage, columns = row_stage(values, "One row: the numbers of the columns, in the order of the table.")
    return FeatureStages(stage, "numbers", (columns,))
