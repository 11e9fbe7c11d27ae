"""The network of the recipe for pictures, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def network(
    shape: tuple[int, ...], classes: int, batch: int | None, *, filters: int, blocks: int, depth: int, dropout: float
) -> Any:
    """A convolution, and blocks of `depth` convolutions that each halve width and height. Inputs are
    `(height, width, channels)`."""
    source = keras.Input(shape, batch)
    x = _norm_and_relu(keras.layers.Conv2D(filters, 3, 2, padding="same", use_bias=False)(source))
    for block in range(1, blocks):
        for place in range(depth):
            x = _norm_and_relu(keras.layers.DepthwiseConv2D(3, 1 if place else 2, padding="same", use_bias=False)(x))
            x = _norm_and_relu(keras.layers.Conv2D(filters + block * filters // 2, 1, use_bias=False)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], x.shape[2]))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))


def _norm_and_relu(x: Any) -> Any:
    """A convolution's batch normalisation and ReLU."""
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))


def augmented(batch: Any, random: np.random.Generator, *, shift: float, brightness: float, mirror: int) -> Any:
    """Pictures as another camera might take them: moved, brighter or darker, and mirrored where that is the same."""
    count, height, width, _ = batch.shape
    down, right = (random.integers(-int(shift * each), int(shift * each) + 1, count) for each in (height, width))
    rows = np.clip(np.arange(height)[None] + down[:, None], 0, height - 1)
    columns = np.clip(np.arange(width)[None] + right[:, None], 0, width - 1)
    is_mirrored = random.random(count) < 0.5 * mirror
    columns = np.where(is_mirrored[:, None], columns[:, ::-1], columns)
    pictures = batch[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    factors = random.uniform(1 - brightness, 1 + brightness, (count, 1, 1, 1))
    return np.clip(pictures * factors, 0, 1).astype(np.float32)
