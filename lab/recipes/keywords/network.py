"""The network of the recipe for sounds, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

FRAME_MILLISECONDS = 20
"""Between the starts of two frames."""


def network(
    shape: tuple[int, ...], classes: int, batch: int | None, *, filters: int, blocks: int, dropout: float
) -> Any:
    """A convolution over the spectrogram, and pairs of depthwise and pointwise ones. Inputs are `(frames, bands)`."""
    source = keras.Input(shape, batch)
    x = keras.layers.Reshape((*shape, 1))(source)
    x = keras.layers.Conv2D(filters, (10, 4), (2, 2), padding="same", use_bias=False)(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    for _ in range(blocks):
        x = keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.Conv2D(filters, 1, use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], x.shape[2]))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))


def augmented(batch: Any, random: np.random.Generator, *, shift: int, masked: float, loudness: float) -> Any:
    """Spectrograms as other recordings might be: earlier or later, louder or quieter, with frames and bands hidden."""
    count, frames, bands = batch.shape
    most = shift // FRAME_MILLISECONDS
    moved = random.integers(-most, most + 1, count)
    places = np.clip(np.arange(frames)[None] + moved[:, None], 0, frames - 1)
    changed = batch[np.arange(count)[:, None], places]
    changed = changed + random.uniform(-loudness, loudness, (count, 1, 1))
    hidden = _spans(random, count, frames, masked)[:, :, None] | _spans(random, count, bands, masked)[:, None, :]
    means = changed.mean(axis=(1, 2), keepdims=True)
    return np.where(hidden, means, changed).astype(np.float32)


def _spans(random: np.random.Generator, count: int, length: int, share: float) -> Any:
    """For each of a batch which places lie in one stretch, of at most this share of them."""
    sizes = random.integers(0, int(share * length) + 1, count)
    starts = random.integers(0, length, count)
    places = np.arange(length)[None]
    return (places >= starts[:, None]) & (places < (starts + sizes)[:, None])
