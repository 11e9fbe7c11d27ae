"""A number of a row by decision trees: boosted trees or a random forest over the columns of a table."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.dense import row_features
from lab.recipes.numbers import COLUMNS, LAST_COLUMN
from lab.recipes.recipe import Estimator, Recipe
from lab.recipes.trees import LEARNED_BY, TREE_ARGUMENTS, number_trees
from rune.datasets.content.content import Kind

RECIPE = Recipe(
    name="regression-trees",
    title="Regression by decision trees",
    kind=Kind.TABLE,
    folder=Path(__file__).parent,
    arguments=(COLUMNS, *TREE_ARGUMENTS),
    network_arguments=(),
    augmentation=(),
    features=row_features,
    estimator=Estimator(LEARNED_BY, number_trees),
    target=LAST_COLUMN,
    learner="motion_trees",
)
