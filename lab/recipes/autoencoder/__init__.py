"""Anomalies of motion by an autoencoder: a network draws normal windows again, and others badly."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.alarm import ALARM_ARGUMENTS
from lab.recipes.arguments import WITHOUT_DROPOUT, RecipeArgument, Values
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import Recipe
from lab.recipes.spectrum import SPECTRUM_ARGUMENTS, spectrum_features
from rune.datasets.content.content import Kind

ARGUMENTS = (
    RecipeArgument("units", "Outputs of the layer on each side of the narrow one.", 32, 4, 256),
    RecipeArgument("code", "Outputs of the narrow layer: less than there are features.", 6, 1, 64),
    RecipeArgument(
        "noise",
        "The standard deviation of the noise that is added while learning, in those of the features.",
        0.1,
        0.0,
        1.0,
    ),
    *ALARM_ARGUMENTS,
    *WITHOUT_DROPOUT,
)
"""Those that have nothing to do with the features."""


def _features(values: Values) -> FeatureStages:
    return spectrum_features(values, has_batch=True)


RECIPE = Recipe(
    name="autoencoder",
    title="Anomalies of motion by an autoencoder",
    kind=Kind.MOTION,
    folder=Path(__file__).parent,
    arguments=(*SPECTRUM_ARGUMENTS, *ARGUMENTS),
    network_arguments=("units", "code"),
    augmentation=("noise",),
    features=_features,
    scales=True,
    reconstructs=True,
)
