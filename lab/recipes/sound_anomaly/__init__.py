"""Anomalies of sound: what a machine sounds like when all is well, by centres or a mixture of Gaussians."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import anomaly
from lab.recipes.sound_spectrum import SOUND_ARGUMENTS, sound_features
from rune.datasets.content.content import Kind

RECIPE = replace(
    anomaly.RECIPE,
    name="sound-anomaly",
    title="Anomalies of sound",
    kind=Kind.SOUND,
    folder=Path(__file__).parent,
    arguments=(*SOUND_ARGUMENTS, *anomaly.ARGUMENTS),
    features=sound_features,
    learner="anomaly",
    sizes=anomaly.SIZES,
    main_arguments=("duration", "step", "epochs"),
)
