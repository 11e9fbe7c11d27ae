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
            x = _norm_and_relu(keras.layers.DepthwiseConv2D((rows, 1), (step, step), padding="same", use_bias=False)(x))
            x = _norm_and_relu(keras.layers.Conv2D(width, 1, use_bias=False)(x))
        else:
            x = _norm_and_relu(keras.layers.Conv2D(width, (rows, 1), (step, 1), padding="same", use_bias=False)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], 1))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))


def _norm_and_relu(x: Any) -> Any:
    """A convolution's batch normalisation and ReLU."""
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))


def augmented(
    batch: Any,
    random: np.random.Generator,
    *,
    pace: float,
    turn: float,
    strength: float,
    sensor: float,
    noise: float,
) -> Any:
    """Motions as others might make them, and other sensors record them: faster or slower, stronger or weaker about
    their mean, which is gravity, turned a little, by a sensor with errors, and with noise."""
    count = len(batch)
    motions = _at_another_pace(batch, _factors(random, count, pace))
    means = motions.mean(axis=1, keepdims=True)
    motions = means + (motions - means) * _factors(random, count, strength)[:, None, None]
    gains = random.normal(1, sensor, (count, 1, 3)).astype(np.float32)
    zeros = random.normal(0, sensor, (count, 1, 3)).astype(np.float32)
    motions = (motions @ _turns(random, count, turn)) * gains + zeros
    return motions + random.standard_normal(batch.shape, np.float32) * np.float32(noise)


def _factors(random: np.random.Generator, count: int, most: float) -> Any:
    """Factors, f32 [count], from `1 / (1 + most)` to `1 + most`, whose logarithms are evenly spread."""
    return np.exp(random.uniform(-1, 1, count) * np.log(1 + most)).astype(np.float32)


def _turns(random: np.random.Generator, count: int, degrees: float) -> Any:
    """Matrices, f32 [count, 3, 3], by which the rows of windows are multiplied from the left: they turn about each axis
    by an angle with half of `degrees` as its standard deviation."""
    angles = random.normal(0, np.radians(degrees) / 2, (count, 3))
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles).T, np.sin(angles).T
    rows = [
        [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
        [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
        [-sy, sx * cy, cx * cy],
    ]
    return np.array(rows).transpose(2, 1, 0).astype(np.float32)


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
