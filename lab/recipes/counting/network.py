"""The network of the recipe that counts, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def network(
    shape: tuple[int, ...], classes: int, batch: int | None, *, filters: int, blocks: int, dropout: float
) -> Any:
    """Convolutions that end at an eighth of the size. Inputs are `(height, width, channels)`, the output has a share
    for each class of each cell, `(height / 8, width / 8, classes)`."""
    source = keras.Input(shape, batch)
    x = keras.layers.Conv2D(filters, 3, 2, padding="same", use_bias=False)(source)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    for block in range(2 + blocks):
        halves = block < 2
        x = keras.layers.DepthwiseConv2D(3, 2 if halves else 1, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.Conv2D(filters * (block + 2 if halves else 4), 1, use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    x = keras.layers.Dropout(dropout)(x)
    x = keras.layers.Conv2D(classes, 1)(x)
    return keras.Model(source, keras.layers.Softmax()(x))


def augmented(
    batch: Any, positions: Any, random: np.random.Generator, *, shift: float, brightness: float, mirror: int
) -> tuple[Any, Any]:
    """Pictures as another camera might take them, with the positions of their objects: moved, brighter or darker, and
    mirrored where that is the same. `positions` is f32 [n, most, 3]: label, x, y."""
    count, height, width, _ = batch.shape
    down, right = (random.integers(-int(shift * each), int(shift * each) + 1, count) for each in (height, width))
    rows = np.clip(np.arange(height)[None] + down[:, None], 0, height - 1)
    columns = np.clip(np.arange(width)[None] + right[:, None], 0, width - 1)
    is_mirrored = random.random(count) < 0.5 * mirror
    columns = np.where(is_mirrored[:, None], columns[:, ::-1], columns)
    pictures = batch[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    factors = random.uniform(1 - brightness, 1 + brightness, (count, 1, 1, 1))
    x = positions[..., 1] - right[:, None] / width
    x = np.where(is_mirrored[:, None], 1 - x, x)
    y = positions[..., 2] - down[:, None] / height
    new_positions = np.stack([positions[..., 0], x, y], axis=-1).astype(np.float32)
    return np.clip(pictures * factors, 0, 1).astype(np.float32), new_positions
