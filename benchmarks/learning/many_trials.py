"""Trains many networks of the motion recipe, one after the other: run by the Python of the TensorFlow environment.

    python many_trials.py CANDIDATES.json WINDOWS.npz [WINDOWS.npz ...]

A candidate has `arguments`, all those of the recipe, and `windows`, the place of its file. The script prints a line of
JSON: for each candidate the share of recordings that its network answers right on the validation and the test split.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
sys.path.append(str(Path(__file__).resolve().parents[2]))

import keras
import numpy as np

from lab.recipes.arguments import function_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.motion import network as motion
from lab.training.loop.batches import WindowSet
from lab.training.loop.fitting import fit, new_learner
from lab.training.loop.progress import Progress, Settings

Arrays = Mapping[str, Any]
_SEED = 1


def shares_right(values: Mapping[str, Any], arrays: Arrays) -> Sequence[float]:
    """The share of recordings that a network answers right on the validation and the test split, once trained."""
    keras.backend.clear_session()
    recipe = recipe_of("motion")
    inputs, labels, splits = arrays["inputs"], arrays["labels"], arrays["splits"]
    train, validation, _ = (WindowSet(inputs[splits == place], labels[splits == place]) for place in range(3))
    rest: dict[str, Any] = dict(function_arguments(values, ["epochs", "patience", "batch", "learning-rate"]))
    settings = Settings(seed=_SEED, **rest)
    options: dict[str, Any] = dict(function_arguments(values, recipe.network_arguments))
    augmentation = function_arguments(values, recipe.augmentation)
    progress = Progress(
        new_learner(lambda: motion.network(inputs.shape[1:], int(labels.max()) + 1, None, **options), settings, train)
    )

    def augment(batch: Any, batch_labels: Any, random: np.random.Generator) -> tuple[Any, Any]:
        return motion.augmented(batch, random, **augmentation), batch_labels

    fit(train, validation, settings, augment, progress, lambda: None)
    progress.model.set_weights(progress.best_weights)
    scores = progress.learner.answers(inputs)
    return [_share_right(scores, arrays, place) for place in (1, 2)]


def _share_right(scores: Any, arrays: Arrays, split: int) -> float:
    """Among the recordings of a split, those whose label has the highest mean score of their windows."""
    right = []
    for recording in np.unique(arrays["recordings"][arrays["splits"] == split]):
        own = arrays["recordings"] == recording
        right.append(int(np.argmax(scores[own].mean(axis=0))) == arrays["labels"][own][0])
    return float(np.mean(right))


def main() -> None:
    files = []
    for path in sys.argv[2:]:
        with np.load(path) as arrays:
            files.append(dict(arrays))
    candidates = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    print(json.dumps([shares_right(each["arguments"], files[each["windows"]]) for each in candidates]))


if __name__ == "__main__":
    main()
