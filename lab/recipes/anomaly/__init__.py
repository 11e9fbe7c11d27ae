"""Anomalies of motion: what a machine's vibration is like when all is well, by centres or a mixture of Gaussians."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lab.recipes.alarm import ALARM_ARGUMENTS
from lab.recipes.arguments import ArgumentGroup, RecipeArgument, ShownAs, Values
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import MODEL_STAGE, Estimator, Recipe
from lab.recipes.spectrum import SPECTRUM_ARGUMENTS, spectrum_features
from lab.tasks.anomalies import AnomalyTask
from rune.datasets.content.content import Kind

ARGUMENTS = (
    RecipeArgument(
        "mixture",
        "On: a mixture of Gaussians. Off: centres (k-means).",
        0,
        0,
        1,
        title="Gaussian mixture",
        group=ArgumentGroup.NETWORK,
        shown=ShownAs.SWITCH,
    ),
    RecipeArgument(
        "components",
        "Centres, or Gaussians of the mixture: about as many as normal states.",
        4,
        1,
        64,
        title="Components",
        group=ArgumentGroup.NETWORK,
    ),
    *ALARM_ARGUMENTS,
    RecipeArgument(
        "epochs",
        "How often centres or Gaussians are moved, at most.",
        60,
        1,
        2000,
        "rounds",
        title="Rounds, at most",
        group=ArgumentGroup.OPTIMISER,
    ),
)
"""The arguments that have nothing to do with the features."""
SIZES: Mapping[str, Values] = {"small": {"components": 2}, "balanced": {}, "accurate": {"components": 8}}


def _stages(values: Values, features: FeatureStages, _labels: int) -> str:
    if values["mixture"]:
        return f"""\
  # How unlikely the features are among normal ones.
  {MODEL_STAGE}:
    proc-block: gaussian_mixture
    inputs: [{features.stage}]
    outputs:
      - {{type: f32, dimensions: [1]}}
      - {{type: u32, dimensions: [1]}}
    args:
      means: $MEANS
      deviations: $DEVIATIONS
      weights: $WEIGHTS

"""
    return f"""\
  # All features as large as each other, as the centres were learned.
  scaled:
    proc-block: scale
    inputs: [{features.stage}]
    outputs:
      - {{type: f32, dimensions: [{features.shape[0]}]}}
    args:
      mean: $MEAN
      deviation: $DEVIATION

  # How far it is to the nearest centre of normal features.
  {MODEL_STAGE}:
    proc-block: k_means
    inputs: [scaled]
    outputs:
      - {{type: f32, dimensions: [1]}}
      - {{type: u32, dimensions: [1]}}
    args:
      centres: $CENTRES

"""


RECIPE = Recipe(
    name="anomaly",
    title="Anomalies of motion",
    kind=Kind.MOTION,
    folder=Path(__file__).parent,
    arguments=(*SPECTRUM_ARGUMENTS, *ARGUMENTS),
    network_arguments=(),
    augmentation=(),
    task=AnomalyTask(),
    features=spectrum_features,
    estimator=Estimator(("mixture", "components", "epochs"), _stages),
    sizes=SIZES,
    main_arguments=("window", "hop", "epochs"),
)
