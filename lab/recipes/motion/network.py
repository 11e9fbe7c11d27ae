"""The network of the recipe for motion, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

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
    stride: int,
    separable: int,
    dropout: float,
) -> Any:
    """Convolutions over time and the mean of what they found. The first one moves by `stride` rows, each further one
    halves the time; where `separable` is 1 it is one over time and one over filters. Inputs are `(rows, 3)`."""
    source = keras.Input(shape, batch)
    x = keras.layers.Reshape((shape[0], 1, shape[1]))(source)
    for block in range(blocks):
        width = filters + block * filters // 2
        rows, step = (kernel, stride) if block == 0 else ((kernel + 1) // 2, 2)
        if separable and block > 0:
            x = _finished(keras.layers.DepthwiseConv2D((rows, 1), (step, step), padding="same", use_bias=False)(x))
            x = _finished(keras.layers.Conv2D(width, 1, use_bias=False)(x))
        else:
            x = _finished(keras.layers.Conv2D(width, (rows, 1), (step, 1), padding="same", use_bias=False)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], 1))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))


def _finished(x: Any) -> Any:
    """A convolution's batch normalisation and ReLU."""
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))


def augmented(
    batch: Any, random: np.random.Generator, *, pace: float, turn: float, strength: float, noise: float
) -> Any:
    """Motions as others might make them, and other sensors record them: faster or slower, turned a little, stronger or
    weaker, and with noise."""
    paces = np.exp(random.uniform(-1, 1, len(batch)) * np.log(1 + pace))
    angles = random.normal(0, np.radians(turn) / 2, (len(batch), 3))
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles).T, np.sin(angles).T
    rows = [
        [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
        [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
        [-sy, sx * cy, cx * cy],
    ]
    factors = random.uniform(1 - strength, 1 + strength, (len(batch), 1, 1))
    turns = np.array(rows).transpose(2, 1, 0) * factors  # a row of the window is multiplied from the left
    moved = _at_another_pace(batch, paces.astype(np.float32)) @ turns.astype(np.float32)
    return moved + random.standard_normal(batch.shape, np.float32) * np.float32(noise)


def _at_another_pace(batch: Any, factors: Any) -> Any:
    """Each window, f32 [n, rows, 3], faster by a factor, f32 [n], around its middle. What is missing at the ends of a
    faster one is mirrored there."""
    count, rows, axes = batch.shape
    last, middle = rows - 1, np.float32((rows - 1) / 2)
    places = np.abs(middle + (np.arange(rows, dtype=np.float32) - middle) * factors[:, None])
    places = last - np.abs(last - places)
    before = np.clip(places.astype(np.int32), 0, last - 1)
    share = np.clip(places - before.astype(np.float32), 0, 1)[:, :, None]
    first = before + rows * np.arange(count)[:, None]
    flat = batch.reshape(-1, axes)  # one list of places is looked up in half the time of two
    return flat[first] + (flat[first + 1] - flat[first]) * share
