"""Motion by decision trees: what a sensor moves like, by boosted trees or a random forest over its spectrum."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.recipe import Estimator, Recipe
from lab.recipes.spectrum import SPECTRUM_ARGUMENTS, spectrum_features
from lab.recipes.trees import LEARNED_BY, TREE_ARGUMENTS, TREE_SIZES, classifying_trees
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

RECIPE = Recipe(
    name="motion-trees",
    title="Motion by decision trees",
    kind=Kind.MOTION,
    folder=Path(__file__).parent,
    arguments=(*SPECTRUM_ARGUMENTS, *TREE_ARGUMENTS),
    network_arguments=(),
    augmentation=(),
    task=LabelTask(),
    features=spectrum_features,
    estimator=Estimator(LEARNED_BY, classifying_trees),
    sizes=TREE_SIZES,
    main_arguments=("window", "hop", "epochs"),
)
