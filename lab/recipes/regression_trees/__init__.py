"""A number of a row by decision trees: boosted trees or a random forest over the columns of a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import table_trees
from lab.recipes.recipe import Estimator
from lab.recipes.trees import LEARNED_BY, number_trees
from lab.tasks.numbers import LAST_COLUMN

RECIPE = replace(
    table_trees.RECIPE,
    name="regression-trees",
    title="Regression by decision trees",
    folder=Path(__file__).parent,
    estimator=Estimator(LEARNED_BY, number_trees),
    task=LAST_COLUMN,
)
