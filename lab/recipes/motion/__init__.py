"""Motion and gestures: what a motion sensor moves like, by convolutions over time."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import (
    CLASSIFIER,
    MOTION_WINDOW,
    ArgumentGroup,
    RecipeArgument,
    ShownAs,
    Values,
    require_choice,
    require_multiple,
)
from lab.recipes.features import FeatureStages, RowStages, features_of_rows
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

_AVERAGES = (1, 2, 5, 10)
_CHUNK = 5
"""Rows that a run reads, or twice as many where these have no whole number of means."""
_ARGUMENTS = (
    *MOTION_WINDOW,
    RecipeArgument(
        "scale",
        "The acceleration that becomes 1: 9.81 if it is in m/s².",
        9.81,
        0.001,
        100000.0,
        title="Scale",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "average",
        "Rows whose mean is one row of what the model reads: 1, 2, 5 or 10.",
        1,
        1,
        10,
        "rows",
        title="Rows averaged",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "filters",
        "Filters of the first convolution; each further one has half as many more.",
        16,
        2,
        128,
        title="Filters per layer",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument("blocks", "Convolutions over time.", 3, 1, 5, title="Blocks", group=ArgumentGroup.NETWORK),
    RecipeArgument(
        "kernel",
        "Rows that the first convolution looks at; further ones half as many.",
        9,
        2,
        31,
        "rows",
        title="Kernel size",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "stride",
        "Rows by which the first convolution moves; further ones move by 2.",
        2,
        1,
        8,
        "rows",
        title="Stride",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "separable",
        "On: further convolutions are two, one over time and one over filters.",
        0,
        0,
        1,
        title="Separable convolutions",
        group=ArgumentGroup.NETWORK,
        shown=ShownAs.SWITCH,
    ),
    RecipeArgument(
        "pace",
        "How much faster or slower a motion becomes by chance while learning.",
        0.1,
        0.0,
        1.0,
        title="Speed change, up to",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "turn",
        "How far the sensor is turned by chance while learning.",
        10.0,
        0.0,
        180.0,
        "degrees",
        title="Rotation, up to",
        group=ArgumentGroup.AUGMENTATION,
    ),
    RecipeArgument(
        "strength",
        "How much stronger or weaker a motion becomes about its mean.",
        0.1,
        0.0,
        1.0,
        title="Strength change, up to",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "sensor",
        "The standard deviation of the sensor's gain, and of its zero.",
        0.02,
        0.0,
        0.5,
        title="Sensor difference",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "noise",
        "The standard deviation of the noise that is added, in units of `scale`.",
        0.01,
        0.0,
        1.0,
        title="Noise",
        group=ArgumentGroup.AUGMENTATION,
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


def _features(values: Values) -> FeatureStages:
    average = require_choice(values, "average", _AVERAGES)
    chunk = _CHUNK if _CHUNK % average == 0 else 2 * _CHUNK
    window, hop = (require_multiple(values, name, chunk) for name in ("window", "hop"))
    if hop > window:
        raise Refused(Reason.SETTINGS, f"hop is {hop}; it must be at most the window of {window} rows.")
    rows = chunk // average
    stages = f"""\
  # Acceleration in x, y and z, {chunk} rows at a time.
  motion:
    capability: ACCEL
    outputs:
      - {{type: f32, dimensions: [{chunk}, 3]}}
    args:
      samples: {chunk}

{_means(rows, average)}\
  # As the model learned it.
  scaled:
    proc-block: scale
    inputs: [{"motion" if average == 1 else "means"}]
    outputs:
      - {{type: f32, dimensions: [{rows}, 3]}}
    args:
      deviation: {values["scale"]}
"""
    comment = f"The last {window} rows, anew each {hop} rows."
    return features_of_rows(RowStages(stages, "scaled", (rows, 3), window // average, hop // average, comment))


def _means(rows: int, average: int) -> str:
    """The stage by which each `average` rows become one; none where that is 1."""
    if average == 1:
        return ""
    return f"""\
  # Each {average} rows become their mean.
  means:
    proc-block: downsample
    inputs: [motion]
    outputs:
      - {{type: f32, dimensions: [{rows}, 3]}}
    args:
      factor: {average}

"""


RECIPE = Recipe(
    name="motion",
    title="Motion and gestures",
    kind=Kind.MOTION,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, *CLASSIFIER),
    network_arguments=("filters", "blocks", "kernel", "stride", "separable", "dropout"),
    augmentation=("pace", "turn", "strength", "sensor", "noise"),
    task=LabelTask(),
    features=_features,
    space={
        "window": (50, 75, 100, 125, 150, 200),
        "average": (1, 5),
        "filters": (4, 6, 8, 12, 16, 24, 32),
        "blocks": (1, 2, 3, 4, 5),
        "kernel": (3, 5, 7, 9, 13),
        "stride": (1, 2, 3, 4, 6),
        "separable": (0, 1),
    },
    sizes={"small": {"filters": 8}, "balanced": {}, "accurate": {"filters": 32}},
    main_arguments=("window", "hop", "epochs"),
)
