"""Decision trees in recipes: their arguments, and the stages of a rune that runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.recipes.arguments import ArgumentGroup, RecipeArgument, ShownAs, Values
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import MODEL_STAGE

TREES_RESOURCE = "TREES"
"""The resource of a Runefile that names the file of the trees."""
_SCORES = "trees"
TREE_ARGUMENTS: Sequence[RecipeArgument] = (
    RecipeArgument(
        "boosting",
        "On: boosted trees. Off: a random forest.",
        1,
        0,
        1,
        title="Gradient boosting",
        group=ArgumentGroup.NETWORK,
        shown=ShownAs.SWITCH,
    ),
    RecipeArgument(
        "epochs",
        "Rounds at most: trees of a forest, or boosted trees of each label.",
        60,
        1,
        500,
        "rounds",
        title="Trees, at most",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "patience",
        "Rounds without a lower loss on the validation split, after which training ends.",
        15,
        1,
        500,
        "rounds",
        title="Patience",
        group=ArgumentGroup.OPTIMISER,
    ),
    RecipeArgument(
        "depth", "The most questions on the way to a leaf.", 3, 1, 12, title="Tree depth", group=ArgumentGroup.NETWORK
    ),
    RecipeArgument(
        "least",
        "Windows that a leaf is learned from, at least.",
        3,
        1,
        1000,
        "windows",
        title="Windows per leaf, at least",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "learning-rate",
        "How much each round of boosting corrects.",
        0.2,
        0.001,
        1.0,
        title="Learning rate",
        group=ArgumentGroup.OPTIMISER,
    ),
)
TREE_SIZES: Mapping[str, Values] = {
    "small": {"depth": 2, "epochs": 30},
    "balanced": {},
    "accurate": {"depth": 5, "epochs": 120},
}
LEARNED_BY = ("boosting", "epochs", "depth", "least", "learning-rate")
"""The arguments that the estimator takes."""


def classifying_trees(values: Values, features: FeatureStages, labels: int) -> str:
    """Trees that give a share of each label."""
    return share_stages(features.stage, labels, is_scored=bool(values["boosting"]))


def number_trees(_values: Values, features: FeatureStages, labels: int) -> str:
    """Trees that give a number."""
    return sum_stage(features.stage, labels)


def share_stages(stage: str, labels: int, *, is_scored: bool) -> str:
    """The stages from the features of a `stage` to a share of each label. `is_scored` is of trees that give scores."""
    if is_scored:
        return f"""\
  # A score for each label: what {_SCORES} add up to.
  {_SCORES}:
{_trees(stage, labels)}\
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
    return f"""\
  # One share for each label: the mean of the trees.
  {_SCORES}:
{_trees(stage, labels)}\
  {MODEL_STAGE}:
    proc-block: reshape
    inputs: [{_SCORES}]
    outputs:
      - {{type: f32, dimensions: [1, {labels}]}}
    args:
      dimensions: 1, {labels}

"""


def sum_stage(stage: str, outputs: int) -> str:
    """The stage from the features of a `stage` to the numbers that trees give."""
    return f"""\
  # The sum of the trees.
  {MODEL_STAGE}:
{_trees(stage, outputs)}"""


def _trees(stage: str, outputs: int) -> str:
    return f"""\
    proc-block: decision_trees
    inputs: [{stage}]
    outputs:
      - {{type: f32, dimensions: [{outputs}]}}
    args:
      trees: ${TREES_RESOURCE}

"""
