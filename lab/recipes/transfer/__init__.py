"""Picture classification behind a backbone: a model of the project sees, and dense layers behind it learn labels."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.arguments import CLASSIFIER, ArgumentGroup, RecipeArgument, Values, with_defaults
from lab.recipes.backbone import Backbone, require_pixel_range
from lab.recipes.edges import dequantize_stage, quantize_stage
from lab.recipes.features import FeatureStages
from lab.recipes.pictures import picture_stage
from lab.recipes.recipe import Recipe
from lab.tasks.labels import LabelTask
from rune.datasets.content.content import Kind

_ARGUMENTS = (
    RecipeArgument(
        "black",
        "What the backbone reads for a black pixel.",
        0.0,
        -255.0,
        255.0,
        title="Black input value",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "white",
        "What the backbone reads for a white pixel.",
        1.0,
        -255.0,
        255.0,
        title="White input value",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "units", "Outputs of each dense layer.", 32, 2, 256, title="Units per layer", group=ArgumentGroup.NETWORK
    ),
    RecipeArgument(
        "layers",
        "Dense layers in front of the last one; 0 for the last one alone.",
        0,
        0,
        5,
        title="Dense layers",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "noise",
        "The standard deviation of the noise that is added while learning, in the numbers of the backbone.",
        0.05,
        0.0,
        10.0,
        title="Noise",
        group=ArgumentGroup.AUGMENTATION,
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
_LEARNING_RATE = 0.02
"""One layer has no other that it could spoil, and its features are as small as the backbone gives them."""


def _features(values: Values, backbone: Backbone) -> FeatureStages:
    black, white = float(values["black"]), float(values["white"])
    require_pixel_range(backbone, black, white)
    shape = (1, backbone.height, backbone.width, backbone.channels)
    stages = f"""\
{picture_stage(backbone.height, backbone.width, backbone.channels)}
  # Black and white as the backbone learned them.
  pixels:
    proc-block: scale
    inputs: [picture]
    outputs:
      - {{type: f32, dimensions: [{", ".join(map(str, shape))}]}}
    args:
      factor: {(white - black) / 255:.9g}
      offset: {black:.9g}

"""
    source = "pixels"
    if backbone.source is not None:
        stages += quantize_stage("pixels_quantized", source, shape, backbone.source) + "\n"
        source = "pixels_quantized"
    kind = "f32" if backbone.target is None else backbone.target.type
    stages += f"""\
  # What the backbone sees in the picture. Nothing of it changes while the labels are learned.
  backbone:
    model: {backbone.reference}
    inputs: [{source}]
    outputs:
      - {{type: {kind}, dimensions: {list(backbone.dimensions)}}}
"""
    stage, dimensions = "backbone", (1, backbone.features)
    if backbone.dimensions != dimensions:
        stages += "\n" + _vector_stage("vector", stage, dimensions, kind)
        stage = "vector"
    if backbone.target is not None:
        stages += "\n" + dequantize_stage("features", stage, dimensions, backbone.target)
        stage = "features"
    # The head reads the very numbers that a quantised backbone gives: none is cut off, and none is computed anew.
    bounds = None if backbone.target is None else backbone.target.bounds
    return FeatureStages(stages, stage, (backbone.features,), has_batch=True, bounds=bounds)


def _vector_stage(name: str, source: str, dimensions: tuple[int, ...], kind: str) -> str:
    """The stage that gives the mean of a picture, `[1, 1, 1, features]`, as a vector."""
    return f"""\
  {name}:
    proc-block: reshape
    inputs: [{source}]
    outputs:
      - {{type: {kind}, dimensions: {list(dimensions)}}}
    args:
      dimensions: {", ".join(map(str, dimensions))}
"""


RECIPE = Recipe(
    name="transfer",
    title="Picture classification behind a backbone",
    kind=Kind.PICTURE,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, *with_defaults(CLASSIFIER, {"learning-rate": _LEARNING_RATE})),
    network_arguments=("units", "layers", "dropout"),
    augmentation=("noise",),
    task=LabelTask(),
    backbone_features=_features,
    learner="table",
    sizes={"balanced": {}, "accurate": {"layers": 1}},
    main_arguments=("layers", "learning-rate", "epochs"),
)
