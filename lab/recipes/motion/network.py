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
    batch = _at_another_pace(batch, np.exp(random.uniform(-1, 1, len(batch)) * np.log(1 + pace)))
    angles = random.normal(0, np.radians(turn) / 2, (len(batch), 3))
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles).T, np.sin(angles).T
    rows = [
        [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
        [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
        [-sy, sx * cy, cx * cy],
    ]
    turned = np.einsum("nij,ntj->nti", np.moveaxis(np.array(rows), 2, 0), batch)
    factors = random.uniform(1 - strength, 1 + strength, (len(batch), 1, 1))
    return (turned * factors + random.normal(0, noise, batch.shape)).astype(np.float32)


def _at_another_pace(batch: Any, factors: Any) -> Any:
    """Each window, f32 [n, rows, 3], faster by a factor, around its middle. What is missing at the ends of a faster one
    is mirrored there."""
    last = batch.shape[1] - 1
    places = np.abs(last / 2 + (np.arange(last + 1) - last / 2)[None] * factors[:, None])
    places = last - np.abs(last - places)
    before = np.clip(places.astype(int), 0, last - 1)
    share = np.clip(places - before, 0, 1)[:, :, None]
    own = np.arange(len(batch))[:, None]
    return batch[own, before] * (1 - share) + batch[own, before + 1] * share
