"""A model that a run of training starts from."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.training.settings import ENVIRONMENT

NETWORK = """
import sys, keras
shape, classes, path = eval(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
keras.utils.set_random_seed(3)
source = keras.Input(shape)
x = keras.layers.Reshape(shape[:2])(source)
x = keras.layers.Conv1D(8, 5, strides=2, activation="relu", kernel_regularizer="l2")(x)
x = keras.layers.BatchNormalization()(x)
x = keras.layers.GlobalAveragePooling1D()(x)
if sys.argv[4] == "dense":
    x = keras.layers.Softmax()(keras.layers.Dense(classes)(x))
keras.Model([source], x).save(path)
"""


def write_start(path: Path, classes: int, shape: str = "(50, 3)", end: str = "dense") -> None:
    arguments = [str(ENVIRONMENT.python), "-c", NETWORK, shape, str(classes), str(path), end]
    environment = {"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3", "HOME": str(path.parent)}
    subprocess.run(arguments, check=True, capture_output=True, env=environment)
