"""Picture classification: what a picture shows, by a small convolutional network."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import CLASSIFIER, RecipeArgument, Values
from lab.recipes.features import FeatureStages
from lab.recipes.recipe import Recipe, classifier_answer
from rune.datasets.content.content import Kind

_FORMATS = {1: "GrayScale", 3: "RGB"}
_ARGUMENTS = (
    RecipeArgument("size", "Width and height of what the model sees.", 64, 16, 224, "pixels"),
    RecipeArgument("colour", "1 to see colours, 0 to see shades of grey.", 1, 0, 1),
    RecipeArgument("filters", "Filters of the first convolution; each further block has half as many more.", 12, 4, 64),
    RecipeArgument("blocks", "Blocks of convolutions, each of which halves width and height.", 4, 1, 5),
    RecipeArgument("depth", "Convolutions of each block behind the first one.", 1, 1, 4),
    RecipeArgument(
        "shift", "How far a picture is moved by chance while learning, as a share of its size.", 0.1, 0.0, 0.5
    ),
    RecipeArgument("brightness", "How much brighter or darker a picture becomes by chance.", 0.2, 0.0, 1.0),
    RecipeArgument("mirror", "1 if a mirrored picture shows the same, else 0.", 0, 0, 1),
    RecipeArgument("mean-of", "Pictures of whose scores the rune takes the mean.", 1, 1, 20, "pictures"),
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
    features=_features,
    answer=classifier_answer,
    space={
        "size": (32, 48, 64, 96),
        "colour": (0, 1),
        "filters": (6, 8, 12, 16, 24),
        "blocks": (2, 3, 4, 5),
        "depth": (1, 2, 3),
    },
)
