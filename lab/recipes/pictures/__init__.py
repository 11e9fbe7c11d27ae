"""Picture classification: what a picture shows, by a small convolutional network."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import CLASSIFIER, ArgumentGroup, RecipeArgument, ShownAs, Values
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import Recipe
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

_FORMATS = {1: "GrayScale", 3: "RGB"}
_ARGUMENTS = (
    RecipeArgument(
        "size",
        "Width and height of what the model sees.",
        64,
        16,
        224,
        "pixels",
        title="Image size",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "colour",
        "On: the model sees colours. Off: it sees shades of grey.",
        1,
        0,
        1,
        title="Colour",
        group=ArgumentGroup.FRONT_END,
        shown=ShownAs.SWITCH,
    ),
    RecipeArgument(
        "filters",
        "Filters of the first convolution; each further block has half as many more.",
        12,
        4,
        64,
        title="Filters per layer",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "blocks",
        "Blocks of convolutions, each of which halves width and height.",
        4,
        1,
        5,
        title="Blocks",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "depth",
        "Convolutions of each block behind the first one.",
        1,
        1,
        4,
        title="Convolutions per block",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "shift",
        "How far a picture is moved by chance while learning, as a share of its size.",
        0.1,
        0.0,
        0.5,
        title="Shift, up to",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "brightness",
        "How much brighter or darker a picture becomes by chance.",
        0.2,
        0.0,
        1.0,
        title="Brightness change",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SHARE,
    ),
    RecipeArgument(
        "mirror",
        "On: a picture is also learned mirrored. Switch it on where a mirrored picture shows the same.",
        0,
        0,
        1,
        title="Mirrored pictures",
        group=ArgumentGroup.AUGMENTATION,
        shown=ShownAs.SWITCH,
    ),
    RecipeArgument(
        "mean-of",
        "Pictures of whose scores the rune takes the mean.",
        1,
        1,
        20,
        "pictures",
        title="Pictures averaged",
        group=ArgumentGroup.FRONT_END,
    ),
)


def picture_stage(height: int, width: int, channels: int) -> str:
    """The stage `picture`, which reads one picture of the camera: u8 `[1, height, width, channels]`."""
    return f"""\
  # {width} x {height} pixels.
  picture:
    capability: IMAGE
    outputs:
      - {{type: u8, dimensions: [1, {height}, {width}, {channels}]}}
    args:
      width: {width}
      height: {height}
      pixel_format: "@PixelFormat::{_FORMATS[channels]}"
"""


def _features(values: Values) -> FeatureStages:
    size, channels = int(values["size"]), 3 if values["colour"] else 1
    shape = f"[1, {size}, {size}, {channels}]"
    stages = f"""\
{picture_stage(size, size, channels)}
  # From 0..255 to 0..1, as the model learned it.
  features:
    proc-block: scale
    inputs: [picture]
    outputs:
      - {{type: f32, dimensions: {shape}}}
"""
    return FeatureStages(stages, "features", (size, size, channels), has_batch=True, bounds=(0.0, 1.0))


RECIPE = Recipe(
    name="pictures",
    title="Picture classification",
    kind=Kind.PICTURE,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, *CLASSIFIER),
    network_arguments=("filters", "blocks", "depth", "dropout"),
    augmentation=("shift", "brightness", "mirror"),
    task=LabelTask(),
    features=_features,
    space={
        "size": (32, 48, 64, 96),
        "colour": (0, 1),
        "filters": (6, 8, 12, 16, 24),
        "blocks": (2, 3, 4, 5),
        "depth": (1, 2, 3),
    },
    sizes={"small": {"size": 48, "filters": 8}, "balanced": {}, "accurate": {"size": 96, "filters": 16}},
    main_arguments=("size", "colour", "epochs"),
)
