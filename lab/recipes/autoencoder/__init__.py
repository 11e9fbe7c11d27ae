"""Anomalies of motion by an autoencoder: a network draws normal windows again, and others badly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lab.recipes.alarm import ALARM_ARGUMENTS
from lab.recipes.arguments import WITHOUT_DROPOUT, ArgumentGroup, RecipeArgument, Values
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import Recipe
from lab.recipes.spectrum import SPECTRUM_ARGUMENTS, spectrum_features
from lab.tasks.anomalies import ReconstructionTask
from rune.datasets.content.content import Kind

ARGUMENTS = (
    RecipeArgument(
        "units",
        "Outputs of the layer on each side of the narrow one.",
        32,
        4,
        256,
        title="Units per layer",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "code",
        "Outputs of the narrow layer: less than there are features.",
        6,
        1,
        64,
        title="Code size",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "noise",
        "The standard deviation of the noise that is added while learning, in those of the features.",
        0.1,
        0.0,
        1.0,
        title="Noise",
        group=ArgumentGroup.AUGMENTATION,
    ),
    *ALARM_ARGUMENTS,
    *WITHOUT_DROPOUT,
)
"""The arguments that have nothing to do with the features."""
SIZES: Mapping[str, Values] = {"small": {"units": 16, "code": 4}, "balanced": {}, "accurate": {"units": 64, "code": 8}}


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
    task=ReconstructionTask(),
    features=_features,
    scales=True,
    sizes=SIZES,
    main_arguments=("window", "hop", "epochs"),
)
