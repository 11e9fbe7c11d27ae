"""Keywords and sound events: what the last second of a stream of sound is, by convolutions over a spectrogram."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import (
    CLASSIFIER,
    ArgumentGroup,
    RecipeArgument,
    ShownAs,
    Values,
    require_choice,
    require_multiple,
    with_defaults,
)
from lab.recipes.features import FeatureStages, RowStages, features_of_rows
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

RATE = 16_000
"""Samples a second; recordings of other rates are converted as the rune converts them."""
_CHUNK_MILLISECONDS = 100
"""The sound that a run reads, a whole number of steps between the starts of frames."""
_FRAME_MILLISECONDS = 30
_STEPS = (10, 20, 25)
"""Milliseconds between the starts of frames, which overlap in a stream."""
_BANDS = 40
"""The number of bands of `log_mel` with this preset."""
_HALVED_BANDS = (10, 20, _BANDS)
"""How many are left when neighbours become their mean, once or twice."""
_QUIET = -80
"""Decibels of full scale up to which a band counts as silent, which the noise of a microphone does not exceed. Zeros,
which browsers and sound editors write, are then the same as a quiet room."""
_SCALED_STAGE = "scaled"
_FACTOR, _OFFSET = 0.087, -1
_BOUNDS = (-1.0, 1.1)
"""The range between silence and full scale, and a little beyond it."""
_ARGUMENTS = (
    RecipeArgument(
        "duration",
        "Length of what one answer listens to, a multiple of 100.",
        1000,
        200,
        3000,
        "ms",
        title="Window",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "hop",
        "Time between two answers, a multiple of 100.",
        200,
        100,
        3000,
        "ms",
        title="Answer every",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "step",
        "Time between the starts of two frames: 10, 20 or 25.",
        20,
        10,
        25,
        "ms",
        title="Frame step",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "bands",
        "Bands of pitch: 40, or 20 or 10 that are means of neighbours.",
        40,
        10,
        40,
        "bands",
        title="Mel bands",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "filters", "Filters of each convolution.", 48, 4, 256, title="Filters per layer", group=ArgumentGroup.NETWORK
    ),
    RecipeArgument(
        "blocks",
        "Pairs of convolutions behind the first: one over time, one over filters.",
        3,
        1,
        6,
        title="Blocks",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "kernel",
        "Frames that a convolution over time reads. The first convolution has halved their number.",
        9,
        2,
        31,
        "frames",
        title="Kernel size",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "shift",
        "How far a sound is moved in time by chance while learning.",
        100,
        0,
        1000,
        "ms",
        title="Time shift, up to",
        group=ArgumentGroup.AUGMENTATION,
    ),
    RecipeArgument(
        "pitch",
        "How far a sound is moved up or down by chance, of 40 bands.",
        1.5,
        0.0,
        10.0,
        "bands",
        title="Pitch shift, up to",
        group=ArgumentGroup.AUGMENTATION,
    ),
    RecipeArgument(
        "masked",
        "The largest share of frames, and of bands, that is hidden in training.",
        0.3,
        0.0,
        0.5,
        title="Masked, at most",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "loudness",
        "How much louder or quieter a sound becomes by chance: 0.1 is 4 dB.",
        0.25,
        0.0,
        1.0,
        title="Loudness change",
        group=ArgumentGroup.AUGMENTATION,
    ),
    RecipeArgument(
        "background",
        "The share of sounds that is learned in steady noise of some colour.",
        0.5,
        0.0,
        1.0,
        title="Background noise",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
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
STREAM = RecipeArgument(
    "stream",
    "On: a run reads the next 100 ms of a stream of sound. Off: a run reads a whole window, and `hop` has no effect.",
    1,
    0,
    1,
    title="Streaming",
    group=ArgumentGroup.FRONT_END,
    shown=ShownAs.SWITCH,
)


def _features(values: Values) -> FeatureStages:
    duration, hop = (require_multiple(values, name, _CHUNK_MILLISECONDS) for name in ("duration", "hop"))
    if hop > duration:
        raise Refused(Reason.SETTINGS, f"hop is {hop}; it must be at most the duration of {duration} ms.")
    step, bands = require_choice(values, "step", _STEPS), require_choice(values, "bands", _HALVED_BANDS)
    if not values.get(STREAM.name, 1):
        frames = (duration - _FRAME_MILLISECONDS) // step + 1
        stages = _spectrogram(duration, step, frames, bands, is_stream=False)
        return FeatureStages(stages, _SCALED_STAGE, (frames, bands), bounds=_BOUNDS)
    frames = _CHUNK_MILLISECONDS // step
    stages = _spectrogram(_CHUNK_MILLISECONDS, step, frames, bands, is_stream=True)
    comment = f"The spectrogram of the last {duration / 1000:g} s, anew each {hop} ms. No frame is computed twice."
    rows = RowStages(stages, _SCALED_STAGE, (frames, bands), duration // step, hop // step, comment)
    return features_of_rows(rows, _BOUNDS)


def _spectrogram(duration: int, step: int, frames: int, bands: int, *, is_stream: bool) -> str:
    """The stages of the spectrogram of the sound that a run reads, f32 `[frames, bands]`. Times are in
    milliseconds."""
    return f"""\
  # {duration} ms of sound.
  sound:
    capability: SOUND
    outputs:
      - {{type: i16, dimensions: [{RATE * duration // 1000}]}}
    args:
      hz: {RATE}
      sample_duration_ms: {duration}

  # How loud each of {_BANDS} bands of pitch is, each {step} ms.
  bands:
    proc-block: log_mel
    inputs: [sound]
    outputs:
      - {{type: f32, dimensions: [{frames}, {_BANDS}]}}
    args:
      preset: micro_frontend
      step: {RATE * step // 1000}
      stream: {int(is_stream)}
      denoise: 0
      noise_floor: {_QUIET}

{_means_of_bands(frames, bands)}\
  # From -1, silence, to 1, full scale, as the model learned it.
  {_SCALED_STAGE}:
    proc-block: scale
    inputs: [{"bands" if bands == _BANDS else "means"}]
    outputs:
      - {{type: f32, dimensions: [{frames}, {bands}]}}
    args:
      factor: {_FACTOR}
      offset: {_OFFSET}
"""


def _means_of_bands(frames: int, bands: int) -> str:
    """The stages that halve the bands until `bands` are left: halfway between two neighbours, `resize` gives their
    mean. None where all are left."""
    if bands == _BANDS:
        return ""
    stages, source, width = _reshape_stage("rows", "bands", (1, frames, _BANDS, 1)), "rows", _BANDS
    while width > bands:
        width //= 2
        stages += f"""\
  # Each two neighbours become their mean.
  bands_{width}:
    proc-block: resize
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [1, {frames}, {width}, 1]}}
    args:
      height: {frames}
      width: {width}

"""
        source = f"bands_{width}"
    return stages + _reshape_stage("means", source, (frames, bands))


def _reshape_stage(name: str, source: str, dimensions: tuple[int, ...]) -> str:
    dimensions_text = ", ".join(map(str, dimensions))
    return f"""\
  {name}:
    proc-block: reshape
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [{dimensions_text}]}}
    args:
      dimensions: {dimensions_text}

"""


RECIPE = Recipe(
    name="keywords",
    title="Keywords and sound events",
    kind=Kind.SOUND,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, STREAM, *with_defaults(CLASSIFIER, {"epochs": 750, "patience": 25, "learning-rate": 0.01})),
    network_arguments=("filters", "blocks", "kernel", "dropout"),
    augmentation=("step", "shift", "pitch", "masked", "loudness", "background"),
    task=LabelTask(),
    window_units=("step",),
    features=_features,
    space={
        "duration": (600, 800, 1000, 1200),
        "step": _STEPS,
        "bands": _HALVED_BANDS,
        "filters": (16, 24, 32, 48, 64, 96),
        "blocks": (1, 2, 3, 4, 5),
        "kernel": (3, 5, 7, 9, 13),
    },
    sizes={"small": {"filters": 24, "kernel": 5}, "balanced": {}, "accurate": {"filters": 96, "blocks": 4}},
    main_arguments=("duration", "hop", "epochs"),
)
