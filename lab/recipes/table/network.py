"""The network of the recipes for rows of a table, and its augmentation. Plain Keras and NumPy: scripts contain this
file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def network(shape: tuple[int, ...], classes: int, batch: int | None, *, units: int, layers: int, dropout: float) -> Any:
    """Dense layers, and a share for each class; with one class its output is a number. Inputs are `(columns,)`."""
    source = keras.Input(shape, batch)
    x = source
    for _ in range(layers):
        x = keras.layers.Dense(units, activation="relu")(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax" if classes > 1 else None)(x))


def augmented(batch: Any, random: np.random.Generator, *, noise: float) -> Any:
    """Rows as sensors with a little more noise would have measured them."""
    return (batch + random.normal(0, noise, batch.shape)).astype(np.float32)
