"""The network of the recipe for sounds, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

FRAME_MILLISECONDS = 20
"""Between the starts of two frames."""
_WIDTH = 9
"""Moments that a depthwise convolution reads: every second frame of the spectrogram."""


def network(
    shape: tuple[int, ...], classes: int, batch: int | None, *, filters: int, blocks: int, dropout: float
) -> Any:
    """A convolution over time that mixes the bands, and pairs of depthwise and pointwise ones. Inputs are
    `(frames, bands)`. Bands are channels, so a layer gives one number for each filter and moment, as in TC-ResNet
    (Choi et al. 2019) and MatchboxNet (Majumdar and Ginsburg 2020)."""
    source = keras.Input(shape, batch)
    x = keras.layers.Reshape((shape[0], 1, shape[1]))(source)
    x = keras.layers.Conv2D(filters, (3, 1), (2, 1), padding="same", use_bias=False)(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    for _ in range(blocks):
        x = keras.layers.DepthwiseConv2D((_WIDTH, 1), padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.Conv2D(filters, 1, use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], 1))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))


def augmented(
    batch: Any, random: np.random.Generator, *, shift: int, pitch: float, masked: float, loudness: float
) -> Any:
    """Spectrograms as other recordings might be: earlier or later, higher or lower, louder or quieter, with frames and
    bands hidden."""
    count, frames, bands = batch.shape
    most = shift // FRAME_MILLISECONDS
    moved = random.integers(-most, most + 1, count)
    places = np.clip(np.arange(frames)[None] + moved[:, None], 0, frames - 1)
    changed = _at_another_pitch(batch[np.arange(count)[:, None], places], random.uniform(-pitch, pitch, count))
    changed = changed + random.uniform(-loudness, loudness, (count, 1, 1)).astype(np.float32)
    hidden = _spans(random, count, frames, masked)[:, :, None] | _spans(random, count, bands, masked)[:, None, :]
    means = changed.mean(axis=(1, 2), keepdims=True)
    return np.where(hidden, means, changed).astype(np.float32)


def _at_another_pitch(batch: Any, moves: Any) -> Any:
    """Each spectrogram, f32 [n, frames, bands], higher by a number of bands, which need not be whole."""
    bands = np.arange(batch.shape[2], dtype=np.float32)
    places = np.clip(bands[None] - moves.astype(np.float32)[:, None], 0, bands[-1])
    # A place between two bands has a share of both: column b of a matrix has the shares of what becomes band b.
    return batch @ np.maximum(0, 1 - np.abs(bands[None, :, None] - places[:, None, :]))


def _spans(random: np.random.Generator, count: int, length: int, share: float) -> Any:
    """For each of a batch which places lie in one stretch, of at most this share of them."""
    sizes = random.integers(0, int(share * length) + 1, count)
    starts = random.integers(0, length, count)
    places = np.arange(length)[None]
    return (places >= starts[:, None]) & (places < (starts + sizes)[:, None])
