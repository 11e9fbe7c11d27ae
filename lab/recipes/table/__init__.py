"""Classes of rows: which label the numbers of some sensors have at one moment, by a small network."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import CLASSIFIER
from lab.recipes.dense import DENSE_ARGUMENTS, DENSE_NETWORK, DENSE_SIZES, DENSE_SPACE, row_features
from lab.recipes.numbers import COLUMNS
from lab.recipes.recipe import Recipe
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

RECIPE = Recipe(
    name="table",
    title="Classes of rows",
    kind=Kind.TABLE,
    folder=Path(__file__).parent,
    arguments=(COLUMNS, *DENSE_ARGUMENTS, *CLASSIFIER),
    network_arguments=DENSE_NETWORK,
    augmentation=("noise",),
    task=LabelTask(),
    features=row_features,
    space=DENSE_SPACE,
    scales=True,
    sizes=DENSE_SIZES,
    main_arguments=("columns", "epochs"),
)
