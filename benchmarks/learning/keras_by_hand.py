"""Networks as somebody writes them who knows Keras: run by the Python of the TensorFlow environment.

    python keras_by_hand.py WINDOWS.npz [LEARNING_RATE ...]

It prints a line of JSON: how many of the test windows are recognised, and the seconds of training. Of several learning
rates the one with the least loss on the validation split counts; the seconds are those of all.
"""

from __future__ import annotations

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers

SEED, EPOCHS, STOP_AFTER, BATCH = 1, 60, 15, 32
USUAL_RATE = 0.001
"""Adam's own."""

Windows = tuple[np.ndarray, np.ndarray]
"""Inputs, and their labels."""


def network(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Dense layers for rows, convolutions over time for motion, and over time and pitch for sounds."""
    source = keras.Input(shape)
    x = layers.Normalization(name="normalised")(source)
    if len(shape) == 1:
        for _ in range(2):
            x = layers.Dropout(0.2)(layers.Dense(64, activation="relu")(x))
    elif len(shape) == 3:
        for filters in (32, 64, 64):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
            x = layers.MaxPooling2D(2)(layers.BatchNormalization()(x))
        x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    else:
        for filters in (16, 24, 32):
            x = layers.Conv1D(filters, 5, padding="same", activation="relu")(x)
            x = layers.MaxPooling1D(2)(layers.BatchNormalization()(x))
        x = layers.Dropout(0.3)(layers.GlobalAveragePooling1D()(x))
    return keras.Model(source, layers.Dense(classes, activation="softmax")(x))


def best_model(train: Windows, validation: Windows, rate: float) -> tuple[float, keras.Model]:
    """The least loss on the validation split, and the model that has it."""
    keras.utils.set_random_seed(SEED)
    model = network(train[0].shape[1:], int(train[1].max()) + 1)
    model.get_layer("normalised").adapt(train[0])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    stopping = keras.callbacks.EarlyStopping(patience=STOP_AFTER, restore_best_weights=True)
    history = model.fit(
        *train, batch_size=BATCH, epochs=EPOCHS, validation_data=validation, callbacks=[stopping], verbose=0
    )
    return min(history.history["val_loss"]), model


def main() -> None:
    with np.load(sys.argv[1]) as arrays:
        inputs, labels, splits = arrays["inputs"], arrays["labels"], arrays["splits"]
    train, validation, test = ((inputs[splits == place], labels[splits == place]) for place in range(3))
    begin = time.perf_counter()
    rates = [float(each) for each in sys.argv[2:]] or [USUAL_RATE]
    models = [best_model(train, validation, rate) for rate in rates]
    _, model = min(models, key=lambda each: each[0])
    seconds = time.perf_counter() - begin
    right = np.argmax(model.predict(test[0], verbose=0), axis=1) == test[1]
    print(json.dumps({"right": int(right.sum()), "seconds": seconds}))


if __name__ == "__main__":
    main()
