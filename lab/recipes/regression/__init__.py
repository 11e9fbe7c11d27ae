"""A number of a row: what the last column of a table is when the others are known, by a small network."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import COMMON
from lab.recipes.dense import DENSE_ARGUMENTS, DENSE_NETWORK, row_features
from lab.recipes.numbers import COLUMNS, LAST_COLUMN
from lab.recipes.recipe import Recipe
from rune.datasets.content.content import Kind

RECIPE = Recipe(
    name="regression",
    title="Regression",
    kind=Kind.TABLE,
    folder=Path(__file__).parent,
    arguments=(COLUMNS, *DENSE_ARGUMENTS, *COMMON),
    network_arguments=DENSE_NETWORK,
    augmentation=("noise",),
    features=row_features,
    target=LAST_COLUMN,
    scales=True,
    learner="table",
)
