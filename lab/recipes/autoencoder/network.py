"""The network of the recipe for anomalies by an autoencoder, and its augmentation. Plain Keras and NumPy: scripts
contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def network(shape: tuple[int, ...], _classes: int, batch: int | None, *, units: int, code: int) -> Any:
    """Dense layers through a narrow one, and as many outputs as inputs. Inputs are `(features,)`."""
    source = keras.Input(shape, batch)
    x = keras.layers.Dense(units, activation="relu")(source)
    x = keras.layers.Dense(code)(x)
    x = keras.layers.Dense(units, activation="relu")(x)
    return keras.Model(source, keras.layers.Dense(shape[0])(x))


def augmented(batch: Any, random: np.random.Generator, *, noise: float) -> Any:
    """Features of windows with a little more noise; those without it are to be drawn."""
    return (batch + random.normal(0, noise, batch.shape)).astype(np.float32)
