"""Learns a backbone of letters with the network of the recipe `pictures`: run by the Python of the TensorFlow
environment.

    python letters_backbone.py LETTERS.npz ARGUMENTS.json BACKBONE.tflite

The last layers go, and a mean over the picture ends the network. It writes the backbone in floats and prints a line of
JSON: the share of the test letters that the whole network answers right, and the number of weights of the backbone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.append(str(Path(__file__).resolve().parents[2]))

import keras
import numpy as np
import tensorflow as tf

from lab.recipes.arguments import function_arguments, read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.pictures import network as pictures
from lab.training.loop.batches import WindowSet
from lab.training.loop.fitting import fit, new_learner
from lab.training.loop.progress import Progress, Settings

_SEED = 1


def main() -> None:
    with np.load(sys.argv[1]) as arrays:
        inputs, labels, splits = arrays["inputs"][..., None] / np.float32(255), arrays["labels"], arrays["splits"]
    recipe = recipe_of("pictures")
    values = read_arguments(recipe.arguments, json.loads(Path(sys.argv[2]).read_text("utf-8")), recipe.name)
    options: dict[str, Any] = dict(function_arguments(values, recipe.network_arguments))
    train, validation, test = (WindowSet(inputs[splits == place], labels[splits == place]) for place in range(3))
    changes: dict[str, Any] = dict(function_arguments(values, recipe.augmentation))
    rest: dict[str, Any] = dict(function_arguments(values, ["epochs", "patience", "batch", "learning-rate"]))
    settings = Settings(seed=_SEED, **rest)

    def network(batch: int | None) -> Any:
        return pictures.network(inputs.shape[1:], int(labels.max()) + 1, batch, **options)

    def augment(batch: Any, labels_of_batch: Any, random: np.random.Generator) -> tuple[Any, Any]:
        return pictures.augmented(batch, random, **changes), labels_of_batch

    progress = Progress(new_learner(lambda: network(None), settings, train))
    fit(train, validation, settings, augment, progress, lambda: None)
    progress.model.set_weights(progress.best_weights)
    right = np.argmax(progress.learner.answers(test.inputs), axis=1) == test.labels
    keras.backend.clear_session()
    whole = network(1)
    whole.set_weights(progress.best_weights)
    pooling = next(each for each in whole.layers if isinstance(each, keras.layers.AveragePooling2D))
    backbone = keras.Model(whole.input, keras.layers.GlobalAveragePooling2D()(pooling.input))
    window = tf.TensorSpec((1, *inputs.shape[1:]), tf.float32, name="window")
    function = tf.function(lambda each: backbone(each, training=False)).get_concrete_function(window)
    Path(sys.argv[3]).write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], None).convert())
    print(json.dumps({"right": float(right.mean()), "weights": backbone.count_params()}))


if __name__ == "__main__":
    main()
