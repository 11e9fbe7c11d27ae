"""Motion by decision trees: what a sensor moves like, by boosted trees or a random forest over its spectrum."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import RecipeArgument, Values
from lab.recipes.recipe import (
    MODEL_STAGE,
    Estimator,
    FeatureStages,
    LearnedParameters,
    Recipe,
    classifier_answer,
)
from lab.recipes.spectrum import SPECTRUM_ARGUMENTS, spectrum_features
from rune.datasets.content.content import Kind

_SCORES = "trees"
_ARGUMENTS = (
    RecipeArgument("boosting", "1 for boosted trees, 0 for a random forest.", 1, 0, 1),
    RecipeArgument(
        "epochs", "Rounds at most: trees of a forest, or boosted trees of each label.", 60, 1, 500, "rounds"
    ),
    RecipeArgument(
        "patience", "Rounds without a lower loss on the validation split, after which training ends.", 15, 1, 500
    ),
    RecipeArgument("depth", "The most questions on the way to a leaf.", 3, 1, 12),
    RecipeArgument("least", "Windows that a leaf is learned from, at least.", 3, 1, 1000, "windows"),
    RecipeArgument("learning-rate", "How much each round of boosting corrects.", 0.2, 0.001, 1.0),
)


def _stages(values: Values, features: FeatureStages, labels: int, _learned: LearnedParameters) -> str:
    trees = f"""\
    proc-block: decision_trees
    inputs: [{features.stage}]
    outputs:
      - {{type: f32, dimensions: [{labels}]}}
    args:
      trees: $TREES

"""
    if values["boosting"]:
        trees = f"""\
  # A score for each label: what {_SCORES} add up to.
  {_SCORES}:
{trees}\
  row:
    proc-block: reshape
    inputs: [{_SCORES}]
    outputs:
      - {{type: f32, dimensions: [1, {labels}]}}
    args:
      dimensions: 1, {labels}

  # One share for each label; together they are 1.
  {MODEL_STAGE}:
    proc-block: softmax
    inputs: [row]
    outputs:
      - {{type: f32, dimensions: [1, {labels}]}}

"""
    else:
        trees = f"""\
  # One share for each label: the mean of the trees.
  {_SCORES}:
{trees}\
  {MODEL_STAGE}:
    proc-block: reshape
    inputs: [{_SCORES}]
    outputs:
      - {{type: f32, dimensions: [1, {labels}]}}
    args:
      dimensions: 1, {labels}

"""
    return trees + classifier_answer(labels, MODEL_STAGE, int(values["mean-of"]))


def _no_answer(_values: Values, _labels: int, _scores: str) -> str:
    return ""


RECIPE = Recipe(
    name="motion-trees",
    title="Motion by decision trees",
    kind=Kind.MOTION,
    folder=Path(__file__).parent,
    arguments=(*SPECTRUM_ARGUMENTS, *_ARGUMENTS),
    network_arguments=(),
    augmentation=(),
    features=spectrum_features,
    answer=_no_answer,
    estimator=Estimator(("boosting", "epochs", "depth", "least", "learning-rate"), _stages),
)
