"""Augmentation examples for a server, as an action of `lab.command.job`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.augmentation.examples import AugmentationExample, AugmentedInput, augmentation_examples
from lab.child.job import Report
from lab.dataset.recordings import read_recordings
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.training.start import with_start

Json = Any


def augment_recordings(request: Mapping[str, Json], report: Report) -> dict[str, Json]:
    """Draws augmentations of a few recordings of the ZIP file `data`, by `recipe`, `arguments` and `seed`. `start` says
    whether the run begins with a model.

    Numbers are bytes in base64, from 0 for `low` to 255 for `high`. Raises `Refused`.
    """
    recipe = recipe_of(request["recipe"])
    if request["start"]:
        recipe = with_start(recipe, request["arguments"])
    values = read_arguments(recipe.arguments, request["arguments"], recipe.name)
    report(0.0, "Reading the recordings")
    recordings = read_recordings(Path(request["data"])).items
    examples = augmentation_examples(recipe, values, recordings, request["seed"], report)
    return {"examples": [_description(each) for each in examples]}


def _description(example: AugmentationExample) -> dict[str, Json]:
    low, high = example.bounds
    return {
        "recording": example.recording,
        "label": example.label,
        "shape": list(example.original.values.shape),
        "low": low,
        "high": high,
        "original": _view(example, example.original),
        "draws": [_view(example, each) for each in example.draws],
    }


def _view(example: AugmentationExample, view: AugmentedInput) -> dict[str, Json]:
    return {
        "caption": view.caption,
        "levels": b64encode(example.levels(view).tobytes()).decode(),
        "sound": b64encode(view.sound).decode(),
    }
