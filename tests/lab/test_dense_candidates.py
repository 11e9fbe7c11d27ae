"""A network whose dense layer reads a flattened window needs what its candidate needed, on each core."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lab.quantize.forms import FORMS
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.search.counting import needs_of_candidate, needs_of_rune
from lab.training.settings import ENVIRONMENT
from rune.devices.emulation.cores import CORES

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

NETWORK = """\
import keras

def network(shape, classes, batch, *, filters):
    source = keras.Input(shape, batch)
    x = keras.layers.Reshape((shape[0] * shape[1],))(source)
    x = keras.layers.Dense(2 * filters, activation="relu")(x)
    x = keras.layers.Dense(filters)(x)
    x = keras.layers.ReLU()(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))
"""
TRAINING = """\
import sys
import keras, numpy as np, tensorflow as tf
sys.path.insert(0, sys.argv[1])
import network
keras.utils.set_random_seed(1)
labels = np.arange(300) % 3
rows = np.linspace(0, 6, 50)[None, :, None] * (1 + labels[:, None, None])
inputs = (np.sin(rows + np.arange(3)) + np.random.normal(0, 0.3, (300, 50, 3))).astype(np.float32)
model = network.network((50, 3), 3, None, filters=16)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(inputs, labels, epochs=20, verbose=0)
assert model.evaluate(inputs, labels, verbose=0)[1] > 0.95
single = network.network((50, 3), 3, 1, filters=16)
single.set_weights(model.get_weights())
open(sys.argv[1] + "/float.tflite", "wb").write(tf.lite.TFLiteConverter.from_keras_model(single).convert())
np.save(sys.argv[1] + "/inputs.npy", inputs[:50])
"""
LABELS = ("circle", "still", "wave")


def test_a_dense_layer_on_a_flattened_window_needs_what_was_counted(tmp_path: Path) -> None:
    (tmp_path / "network.py").write_text(NETWORK)
    script = [str(ENVIRONMENT.python), "-I", "-c", TRAINING, str(tmp_path)]
    environment = {"PATH": "/usr/bin:/bin", "CUDA_VISIBLE_DEVICES": "", "HOME": str(tmp_path)}
    subprocess.run(script, env=environment, check=True, capture_output=True)
    samples = [
        CalibrationSample(str(number), (window[None],))
        for number, window in enumerate(np.load(tmp_path / "inputs.npy"))
    ]
    data = (tmp_path / "float.tflite").read_bytes()
    model = quantised(data, FORMS["int8"], FloatParts(), samples, [ModelInput("input", (1, 50, 3))])
    recipe = replace(recipe_of("motion"), folder=tmp_path, network_arguments=("filters",))
    values = read_arguments(recipe.arguments, {"window": 50, "hop": 25, "filters": 16}, "motion")
    for target in CORES:
        before, reason = needs_of_candidate(recipe, values, LABELS, "int8", target)
        after, _ = needs_of_rune(recipe, values, LABELS, model, target)
        assert reason is None, target
        assert before.ram == after.ram, target
        assert abs(before.flash - after.flash) <= 0.005 * after.flash, target
        assert before.instructions is not None
        assert after.instructions is not None
        # The numbers of the window are quantised with another scale, which is much of so small a network.
        assert abs(before.instructions - after.instructions) <= 0.05 * after.instructions, target
