"""Keywords and sound events: what the last second of a stream of sound is, by convolutions over a spectrogram."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import CLASSIFIER, RecipeArgument, Values, require_multiple, with_defaults
from lab.recipes.features import FeatureStages, RowStages, features_of_rows
from lab.recipes.recipe import Recipe, classifier_answer
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind

RATE = 16_000
"""Samples a second; recordings of other rates are converted as the rune converts them."""
_CHUNK_MILLISECONDS = 100
"""The sound that a run reads, a whole number of steps between the starts of frames."""
_STEP_MILLISECONDS = 20
"""That of `log_mel` with this preset."""
_BANDS = 40
_QUIET = -80
"""Decibels of full scale up to which a band counts as silent, which the noise of a microphone does not exceed. Zeros,
which browsers and sound editors write, are then the same as a quiet room."""
_FACTOR, _OFFSET = 0.087, -1
_BOUNDS = (-1.0, 1.1)
"""Between silence and full scale, and a little beyond it."""
_ARGUMENTS = (
    RecipeArgument("duration", "Length of what one answer listens to, a multiple of 100.", 1000, 200, 3000, "ms"),
    RecipeArgument("hop", "Time between two answers, a multiple of 100.", 200, 100, 3000, "ms"),
    RecipeArgument("filters", "Filters of each convolution.", 48, 4, 256),
    RecipeArgument("blocks", "Pairs of convolutions behind the first: one over time, one over filters.", 3, 1, 6),
    RecipeArgument("shift", "How far a sound is moved in time by chance while learning.", 100, 0, 1000, "ms"),
    RecipeArgument("pitch", "How far a sound is moved up or down by chance while learning.", 1.5, 0.0, 10.0, "bands"),
    RecipeArgument("masked", "The largest share of frames, and of bands, that is hidden in training.", 0.3, 0.0, 0.5),
    RecipeArgument("loudness", "How much louder or quieter a sound becomes by chance: 0.1 is 4 dB.", 0.25, 0.0, 1.0),
    RecipeArgument("background", "The share of sounds that is learned in steady noise of some colour.", 0.5, 0.0, 1.0),
    RecipeArgument("mean-of", "Windows of whose scores the rune takes the mean.", 3, 1, 20, "windows"),
)  # fmt: skip


def _features(values: Values) -> FeatureStages:
    duration, hop = (require_multiple(values, name, _CHUNK_MILLISECONDS) for name in ("duration", "hop"))
    if hop > duration:
        raise Refused(Reason.SETTINGS, f"hop is {hop}; it must be at most the duration of {duration} ms.")
    frames, chunk = duration // _STEP_MILLISECONDS, _CHUNK_MILLISECONDS // _STEP_MILLISECONDS
    bands = f"""\
  # {_CHUNK_MILLISECONDS} ms of sound.
  sound:
    capability: SOUND
    outputs:
      - {{type: i16, dimensions: [{RATE * _CHUNK_MILLISECONDS // 1000}]}}
    args:
      hz: {RATE}
      sample_duration_ms: {_CHUNK_MILLISECONDS}

  # How loud each of {_BANDS} bands of pitch is, each {_STEP_MILLISECONDS} ms.
  bands:
    proc-block: log_mel
    inputs: [sound]
    outputs:
      - {{type: f32, dimensions: [{chunk}, {_BANDS}]}}
    args:
      preset: micro_frontend
      stream: 1
      denoise: 0
      noise_floor: {_QUIET}

  # From -1, silence, to 1, full scale, as the model learned it.
  scaled:
    proc-block: scale
    inputs: [bands]
    outputs:
      - {{type: f32, dimensions: [{chunk}, {_BANDS}]}}
    args:
      factor: {_FACTOR}
      offset: {_OFFSET}
"""
    comment = f"The spectrogram of the last {duration / 1000:g} s, anew each {hop} ms. No frame is computed twice."
    rows = RowStages(bands, "scaled", (chunk, _BANDS), frames, hop // _STEP_MILLISECONDS, comment)
    return features_of_rows(rows, _BOUNDS)


RECIPE = Recipe(
    name="keywords",
    title="Keywords and sound events",
    kind=Kind.SOUND,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, *with_defaults(CLASSIFIER, {"epochs": 750, "patience": 25, "learning-rate": 0.01})),
    network_arguments=("filters", "blocks", "dropout"),
    augmentation=("shift", "pitch", "masked", "loudness", "background"),
    features=_features,
    answer=classifier_answer,
    space={
        "duration": (600, 800, 1000, 1200),
        "filters": (16, 24, 32, 48, 64, 96),
        "blocks": (1, 2, 3, 4, 5),
    },
)
