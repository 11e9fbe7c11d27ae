"""The modules that a process of the TensorFlow environment loads while it waits for a step."""

import keras
import numpy as np

from lab.formats.keras import converting as converting
from lab.training import step as step
from lab.training.loop import fitting
from lab.training.loop.progress import Settings


def warm_up() -> None:
    """Compiles the steps of a small network: what TensorFlow does once in a process is done then."""
    layers = keras.layers
    source = keras.Input((8, 1, 4))
    x = layers.Conv2D(4, (3, 1), padding="same", use_bias=False)(source)
    x = layers.DepthwiseConv2D((3, 1), padding="same", use_bias=False)(layers.ReLU()(layers.BatchNormalization()(x)))
    x = layers.Dropout(0.1)(layers.Flatten()(x))
    model = keras.Model(source, layers.Dense(2, activation="softmax")(x))
    settings = Settings(seed=1, epochs=1, patience=1, batch=8, learning_rate=0.01)
    nothing = fitting.WindowSet(np.zeros((8, 8, 1, 4), np.float32), np.zeros(8, np.int32))
    fitting.new_learner(lambda: model, settings, nothing)
    keras.backend.clear_session()
