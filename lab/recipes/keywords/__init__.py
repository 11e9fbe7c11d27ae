"""Keywords and sound events: what a second of sound is, by convolutions over a spectrogram."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import CLASSIFIER, RecipeArgument, Values, with_defaults
from lab.recipes.recipe import FeatureStages, Recipe, classifier_answer
from rune.datasets.content.content import Kind

RATE = 16_000
"""Samples a second; recordings of other rates are converted as the rune converts them."""
_FRAME = 480
_STEP = 320
"""Samples of a frame, and between the starts of frames, as `log_mel` has them with this preset."""
_BANDS = 40
_ARGUMENTS = (
    RecipeArgument("duration", "Length of what one answer listens to.", 1000, 200, 3000, "ms"),
    RecipeArgument("filters", "Filters of each convolution.", 48, 4, 256),
    RecipeArgument("blocks", "Pairs of convolutions behind the first: one over time, one over filters.", 3, 1, 6),
    RecipeArgument("shift", "How far a sound is moved in time by chance while learning.", 100, 0, 1000, "ms"),
    RecipeArgument("pitch", "How far a sound is moved up or down by chance while learning.", 1.5, 0.0, 10.0, "bands"),
    RecipeArgument("masked", "The largest share of frames, and of bands, that is hidden in training.", 0.3, 0.0, 0.5),
    RecipeArgument("loudness", "How much louder or quieter the spectrogram becomes by chance.", 0.1, 0.0, 1.0),
    RecipeArgument("mean-of", "Windows of whose scores the rune takes the mean.", 1, 1, 20, "windows"),
)  # fmt: skip


def frames_of(duration: int) -> int:
    """Frames of a sound of this many milliseconds."""
    return 1 + (RATE * duration // 1000 - _FRAME) // _STEP


def _features(values: Values) -> FeatureStages:
    duration = int(values["duration"])
    samples, frames = RATE * duration // 1000, frames_of(duration)
    stages = f"""\
  # {duration / 1000:g} s of sound.
  sound:
    capability: SOUND
    outputs:
      - {{type: i16, dimensions: [{samples}]}}
    args:
      hz: {RATE}
      sample_duration_ms: {duration}

  # A picture of it: {frames} moments by {_BANDS} bands of pitch, without steady noise.
  spectrogram:
    proc-block: log_mel
    inputs: [sound]
    outputs:
      - {{type: f32, dimensions: [{frames}, {_BANDS}]}}
    args:
      preset: micro_frontend

  # About -1 to 1, as the model learned it.
  features:
    proc-block: scale
    inputs: [spectrogram]
    outputs:
      - {{type: f32, dimensions: [{frames}, {_BANDS}]}}
    args:
      factor: 0.08
      offset: -1
"""
    return FeatureStages(stages, "features", (frames, _BANDS))


RECIPE = Recipe(
    name="keywords",
    title="Keywords and sound events",
    kind=Kind.SOUND,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, *with_defaults(CLASSIFIER, {"epochs": 600, "patience": 25, "learning-rate": 0.01})),
    network_arguments=("filters", "blocks", "dropout"),
    augmentation=("shift", "pitch", "masked", "loudness"),
    features=_features,
    answer=classifier_answer,
    space={
        "duration": (600, 800, 1000, 1200),
        "filters": (16, 24, 32, 48, 64, 96),
        "blocks": (1, 2, 3, 4, 5),
    },
)
