"""Features of sound for recipes that learn what is normal: how loud each band of pitch is, as one row of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lab.recipes.arguments import ArgumentGroup, RecipeArgument, Values, require_multiple
from lab.recipes.features import FeatureStages
from lab.recipes.keywords import RATE

_FRAME_MILLISECONDS = 64
"""Longer frames find faults no better, and need more memory."""
_FRAME = RATE * _FRAME_MILLISECONDS // 1000
_LOWEST = 60
"""Hz at which the lowest band begins: below it, hands and wind are louder than machines."""
SOUND_ARGUMENTS: Sequence[RecipeArgument] = (
    RecipeArgument(
        "duration",
        "Length of what one answer listens to, down to whole frames.",
        960,
        300,
        4000,
        "ms",
        title="Window",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "step",
        "Time between the begins of frames of 64 ms, a multiple of that: more leaves sound out.",
        128,
        64,
        512,
        "ms",
        title="Frame step",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "bands",
        "Bands of pitch whose loudness in each frame is a feature.",
        32,
        8,
        80,
        title="Mel bands",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "mean-of",
        "Windows of whose scores the rune takes the mean.",
        3,
        1,
        20,
        "windows",
        title="Windows averaged",
        group=ArgumentGroup.FRONT_END,
    ),
)


def sound_features(values: Values, *, has_batch: bool = False) -> FeatureStages:
    """The stages from the microphone to `features`, f32 `[n]`, or `[1, n]` with a batch of one. Raises `Refused`.

    Each run reads the sound of one frame and the step to the next, so that no more than that is in memory.
    """
    bands, step = int(values["bands"]), require_multiple(values, "step", _FRAME_MILLISECONDS)
    frames = 1 + (int(values["duration"]) - _FRAME_MILLISECONDS) // step
    parts = step // _FRAME_MILLISECONDS
    count = frames * bands
    dimensions = f"1, {count}" if has_batch else str(count)
    stages = f"""\
  # {step} ms of sound.
  sound:
    capability: SOUND
    outputs:
      - {{type: i16, dimensions: [{parts * _FRAME}]}}
    args:
      hz: {RATE}
      sample_duration_ms: {step}

{_first_part(parts)}  # How loud it is: {bands} bands of pitch.
  loudness:
    proc-block: log_mel
    inputs: [{"frame.0" if parts > 1 else "sound"}]
    outputs:
      - {{type: f32, dimensions: [1, {bands}]}}
    args:
      preset: python_speech_features
      frame: {_FRAME}
      step: {_FRAME}
      fft_size: {_FRAME}
      bands: {bands}
      low: {_LOWEST}

  # {frames} moments; each window begins in the middle of the one before.
  spectrogram:
    proc-block: window
    inputs: [loudness]
    outputs:
      - {{type: f32, dimensions: [{frames}, {bands}]}}
    args:
      size: {frames}
      hop: {max(1, frames // 2)}

  features:
    proc-block: reshape
    inputs: [spectrogram]
    outputs:
      - {{type: f32, dimensions: [{dimensions}]}}
    args:
      dimensions: {dimensions}
"""
    return FeatureStages(stages, "features", (count,), has_batch=has_batch)


def _first_part(parts: int) -> str:
    """The stage that takes the frame out of the sound of a step; none where it is all of it."""
    if parts == 1:
        return ""
    outputs = f"      - {{type: i16, dimensions: [{_FRAME}]}}\n" * parts
    return f"""\
  # The first {_FRAME_MILLISECONDS} ms are heard, the others are left out for speed.
  frame:
    proc-block: split
    inputs: [sound]
    outputs:
{outputs}    args:
      parts: {parts}

"""
