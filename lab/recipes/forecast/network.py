"""The network of the recipe for forecasts, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def network(
    shape: tuple[int, ...],
    classes: int,
    batch: int | None,
    *,
    filters: int,
    blocks: int,
    kernel: int,
    recurrent: int,
    dropout: float,
) -> Any:
    """Convolutions over time, and a number of what is left of the time: of all of it, or of the last state of a gated
    recurrent unit (GRU) where `recurrent` is 1. Inputs are `(rows, columns)`.

    Each convolution moves two rows at a time: of causal convolutions with growing dilation, these are the outputs that
    the last row depends on. For a batch of 1 the steps of the GRU are written out: a loop is not quantised."""
    source = keras.Input(shape, batch)
    x = keras.layers.Reshape((shape[0], 1, shape[1]))(source)
    for block in range(blocks):
        x = keras.layers.Conv2D(filters + block * filters // 2, (kernel, 1), (2, 1), padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    if recurrent:
        x = keras.layers.Reshape((x.shape[1], x.shape[-1]))(x)
        x = keras.layers.GRU(filters, reset_after=False, unroll=batch == 1)(x)
    else:
        x = keras.layers.Reshape((x.shape[1] * x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes)(x))


def augmented(batch: Any, random: np.random.Generator, *, noise: float) -> Any:
    """Windows as sensors with a little more noise would have measured them."""
    return (batch + random.normal(0, noise, batch.shape)).astype(np.float32)
