"""A small backbone for tests, made without TensorFlow: convolutions with weights by chance, from a seed."""

from __future__ import annotations

import numpy as np

from lab.quantize.forms import FLOAT, FORMS
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised
from lab.recipes.backbone import read_backbone
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import Recipe, behind_backbone
from lab.search.candidate import float_model
from lab.search.layers import KERAS, LayerTensor, operators

PATH = "models/seen.tflite"
SIZE = 32
FEATURES = 24


def backbone_model(form: str = "int8", *, channels: int = 3, pools: bool = True) -> bytes:
    """A model from one picture to `[1, 24]`; without `pools`, to what its last convolution gives."""
    layers = KERAS.layers
    x: LayerTensor = KERAS.Input((SIZE, SIZE, channels), 1)
    for filters in (8, 16, FEATURES):
        x = layers.ReLU()(layers.Conv2D(filters, 3, 2, padding="same")(x))
    if pools:
        x = layers.AveragePooling2D((x.shape[1], x.shape[2]))(x)
        x = layers.Reshape((FEATURES,))(x)
    data = float_model(operators(x))
    if form == FLOAT:
        return data
    random, shape = np.random.default_rng(0), (1, SIZE, SIZE, channels)
    samples = [CalibrationSample(str(each), (random.uniform(0, 1, shape).astype(np.float32),)) for each in range(4)]
    return quantised(data, FORMS[form], FloatParts(input_bounds=(0.0, 1.0)), samples, [ModelInput("input", shape)])


def usable(recipe: Recipe | str) -> Recipe:
    """The recipe, behind a small backbone where it needs one."""
    recipe = recipe_of(recipe) if isinstance(recipe, str) else recipe
    if not recipe.needs_backbone:
        return recipe
    return behind_backbone(recipe, read_backbone(PATH, backbone_model()))
