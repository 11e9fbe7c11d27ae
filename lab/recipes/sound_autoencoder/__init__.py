"""Anomalies of sound by an autoencoder: a network draws normal sound again, and other sound badly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import autoencoder
from lab.recipes.arguments import Values
from lab.recipes.features import FeatureStages
from lab.recipes.sound_spectrum import SOUND_ARGUMENTS, sound_features
from rune.datasets.content.content import Kind


def _features(values: Values) -> FeatureStages:
    return sound_features(values, has_batch=True)


RECIPE = replace(
    autoencoder.RECIPE,
    name="sound-autoencoder",
    title="Anomalies of sound by an autoencoder",
    kind=Kind.SOUND,
    folder=Path(__file__).parent,
    arguments=(*SOUND_ARGUMENTS, *autoencoder.ARGUMENTS),
    features=_features,
    learner="autoencoder",
    sizes=autoencoder.SIZES,
    main_arguments=("duration", "step", "epochs"),
)
