"""Classes of rows by decision trees: boosted trees or a random forest over the columns of a table."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.dense import row_features
from lab.recipes.numbers import COLUMNS
from lab.recipes.recipe import Estimator, Recipe
from lab.recipes.trees import LEARNED_BY, TREE_ARGUMENTS, TREE_SIZES, classifying_trees
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

RECIPE = Recipe(
    name="table-trees",
    title="Classes of rows by decision trees",
    kind=Kind.TABLE,
    folder=Path(__file__).parent,
    arguments=(COLUMNS, *TREE_ARGUMENTS),
    network_arguments=(),
    augmentation=(),
    task=LabelTask(),
    features=row_features,
    estimator=Estimator(LEARNED_BY, classifying_trees),
    learner="motion_trees",
    sizes=TREE_SIZES,
    main_arguments=("columns", "depth", "epochs"),
)
