"""Features of sound for recipes that learn what is normal: how loud each band of pitch is, as one row of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lab.recipes.arguments import RecipeArgument, Values
from lab.recipes.keywords import RATE
from lab.recipes.recipe import FeatureStages

_FRAME = 1024
"""Samples of a frame, 64 ms: longer ones find faults no better, and need more memory."""
_LOWEST = 60
"""Hz at which the lowest band begins: below it, hands and wind are louder than machines."""
SOUND_ARGUMENTS: Sequence[RecipeArgument] = (
    RecipeArgument("duration", "Length of what one answer listens to, down to whole frames.", 960, 300, 4000, "ms"),
    RecipeArgument("step", "Time between the begins of frames of 64 ms: more leaves sound out.", 128, 32, 512, "ms"),
    RecipeArgument("bands", "Bands of pitch whose loudness in each frame is a feature.", 32, 8, 80),
    RecipeArgument("mean-of", "Windows of whose scores the rune takes the mean.", 3, 1, 20, "windows"),
)


def sound_features(values: Values, *, has_batch: bool = False) -> FeatureStages:
    """The stages from the microphone to `features`, f32 `[n]`, or `[1, n]` with a batch of one."""
    bands, step = int(values["bands"]), RATE * int(values["step"]) // 1000
    frames = 1 + (RATE * int(values["duration"]) // 1000 - _FRAME) // step
    samples = _FRAME + (frames - 1) * step
    count = frames * bands
    dimensions = f"1, {count}" if has_batch else str(count)
    stages = f"""\
  # {samples / RATE:g} s of sound.
  sound:
    capability: SOUND
    outputs:
      - {{type: i16, dimensions: [{samples}]}}
    args:
      hz: {RATE}
      sample_duration_ms: {1000 * samples // RATE}

  # How loud it is: {frames} moments by {bands} bands of pitch.
  spectrogram:
    proc-block: log_mel
    inputs: [sound]
    outputs:
      - {{type: f32, dimensions: [{frames}, {bands}]}}
    args:
      preset: python_speech_features
      frame: {_FRAME}
      step: {step}
      fft_size: {_FRAME}
      bands: {bands}
      low: {_LOWEST}

  features:
    proc-block: reshape
    inputs: [spectrogram]
    outputs:
      - {{type: f32, dimensions: [{dimensions}]}}
    args:
      dimensions: {dimensions}
"""
    return FeatureStages(stages, "features", (count,), has_batch=has_batch)
