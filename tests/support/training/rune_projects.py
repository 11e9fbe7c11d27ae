"""The files of each template, and those that a run of each recipe gives with a stand-in for its model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lab.formats.tflite_builder import Builder
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES
from lab.recipes.recipe import Recipe, features_runefile, whole_runefile
from rune.datasets.learnable import LearnedAnswer
from rune.project.files import FolderFiles, MemoryFiles, ProjectFiles
from rune.source.templates import list_templates
from tests.support.training.backbones import usable

LABELS = ("knock", "bell", "background")
SMALLEST = {"counting": {"size": 32}, "pictures": {"size": 32}}
"""Arguments that keep the stand-in of a model small."""


def whole_recipe(recipe: Recipe) -> ProjectFiles:
    """The files that a training run of the recipe gives, with a stand-in for the model that it would learn. Of a recipe
    whose estimator learns, the features and an output."""
    values = read_arguments(recipe.arguments, SMALLEST.get(recipe.name, {}), recipe.name)
    if recipe.estimator is not None:
        return MemoryFiles({"Runefile.yml": features_runefile(recipe, values).encode(), **recipe.files})
    labels = LABELS[:2] if recipe.task.learned_answer is LearnedAnswer.WORD else LABELS
    model = stand_in(recipe, recipe.features(values).shape, len(labels))
    runefile = whole_runefile(recipe, values, "model.tflite", model, labels)
    return MemoryFiles({"Runefile.yml": runefile.encode(), "model.tflite": model, **recipe.files})


def stand_in(recipe: Recipe, shape: Sequence[int], labels: int) -> bytes:
    """A model from the recipe's features to what its answer reads, which multiplies by nothing."""
    output = recipe.task.dimensions(shape, labels)
    inputs, outputs = int(np.prod(shape)), int(np.prod(output))
    builder = Builder()
    source = builder.tensor("input", (1, *shape))
    flat_shape = builder.constant("flat shape", np.array([1, inputs], np.int32))
    flat = builder.add("RESHAPE", [source, flat_shape], (1, inputs), "flat")
    weights = builder.constant("weights", np.zeros((outputs, inputs), np.float32))
    bias = builder.constant("bias", np.linspace(0, 1, outputs, dtype=np.float32))
    scores = builder.add("FULLY_CONNECTED", [flat, weights, bias], (1, outputs), "flat scores", ("FullyConnected", {}))
    whole_shape = builder.constant("whole shape", np.array(output, np.int32))
    whole = builder.add("RESHAPE", [scores, whole_shape], output, "scores")
    return builder.file({"input": source}, {"scores": whole})


PROJECTS: dict[str, Callable[[], ProjectFiles]] = {
    **{f"template {each.name}": lambda each=each: FolderFiles(each.folder) for each in list_templates()},  # type: ignore[misc]
    **{f"recipe {name}": lambda name=name: whole_recipe(usable(RECIPES[name])) for name in RECIPES},  # type: ignore[misc]
}
