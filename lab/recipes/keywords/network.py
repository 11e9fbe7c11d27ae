"""The network of the recipe for sounds, and its augmentation. Plain Keras and NumPy: scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

_SILENCE = -1.0
"""The feature of all that is not heard."""
_NEPER = 0.2175
"""The growth of the features where the amplitude of a sound becomes e times as large."""
_BANDS = 40
"""Bands of which `pitch` is counted, whatever is left of them."""


def network(
    shape: tuple[int, ...], classes: int, batch: int | None, *, filters: int, blocks: int, kernel: int, dropout: float
) -> Any:
    """A convolution over time that mixes the bands, and pairs of depthwise and pointwise ones. Inputs are
    `(frames, bands)`. Bands are channels, so a layer gives one number for each filter and moment, as in TC-ResNet
    (Choi et al. 2019) and MatchboxNet (Majumdar and Ginsburg 2020). The first one gives a moment for each two frames,
    and a depthwise one reads `kernel` moments."""
    source = keras.Input(shape, batch)
    x = keras.layers.Reshape((shape[0], 1, shape[1]))(source)
    x = keras.layers.Conv2D(filters, (3, 1), (2, 1), padding="same", use_bias=False)(x)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    for _ in range(blocks):
        x = keras.layers.DepthwiseConv2D((kernel, 1), padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.Conv2D(filters, 1, use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], 1))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(source, keras.layers.Dense(classes, activation="softmax")(x))


def augmented(
    batch: Any,
    random: np.random.Generator,
    *,
    step: int,
    shift: int,
    pitch: float,
    masked: float,
    loudness: float,
    background: float,
) -> Any:
    """Spectrograms as other recordings might be: earlier or later, higher or lower, louder or quieter, in steady noise,
    with frames and bands hidden. `step` is the time between two frames, in milliseconds."""
    count, frames, bands = batch.shape
    most = shift // step
    frame_shifts = random.integers(-most, most + 1, count)
    places = np.clip(np.arange(frames)[None] + frame_shifts[:, None], 0, frames - 1)
    moves = random.uniform(-pitch, pitch, count) * (bands / _BANDS)
    changed = _at_another_pitch(batch[np.arange(count)[:, None], places], moves)
    changed = changed + random.uniform(-loudness, loudness, (count, 1, 1)).astype(np.float32)
    noisy = np.flatnonzero(random.random(count) < background)
    changed[noisy] = _in_noise(changed[noisy], random)
    changed = np.maximum(changed, _SILENCE)
    is_hidden = _spans(random, count, frames, masked)[:, :, None] | _spans(random, count, bands, masked)[:, None, :]
    means = changed.mean(axis=(1, 2), keepdims=True)
    return np.where(is_hidden, means, changed).astype(np.float32)


def _at_another_pitch(batch: Any, moves: Any) -> Any:
    """Each spectrogram, f32 [n, frames, bands], higher by a number of bands, which need not be whole."""
    bands = np.arange(batch.shape[2], dtype=np.float32)
    places = np.clip(bands[None] - moves.astype(np.float32)[:, None], 0, bands[-1])
    # A place between two bands has a share of both: column b of a matrix has the shares of what becomes band b.
    return batch @ np.maximum(0, 1 - np.abs(bands[None, :, None] - places[:, None, :]))


def _in_noise(batch: Any, random: np.random.Generator) -> Any:
    """Each spectrogram with steady noise of some colour, from none that is heard to 6 decibels below its loudest. What
    adds is power: noise without a relation to the sound."""
    count, frames, bands = batch.shape
    loudest = batch.max(axis=(1, 2), keepdims=True, initial=_SILENCE) - 0.7 * _NEPER
    level = _SILENCE + (loudest - _SILENCE) * random.random((count, 1, 1))
    colour = random.uniform(-0.4, 0.4, (count, 1, 1)) * np.linspace(0, 1, bands)
    # A band of noise swells and fades, by about a third of its amplitude.
    swell = 0.3 * _NEPER * random.standard_normal((count, frames, bands), np.float32)
    noise = (level + colour - colour.max(axis=2, keepdims=True) + swell).astype(np.float32)
    return 0.5 * _NEPER * np.logaddexp(batch * (2 / _NEPER), noise * (2 / _NEPER))


def _spans(random: np.random.Generator, count: int, length: int, share: float) -> Any:
    """Returns for each of a batch which places lie in one stretch, of at most this share of them."""
    sizes = random.integers(0, int(share * length) + 1, count)
    starts = random.integers(0, length, count)
    places = np.arange(length)[None]
    return (places >= starts[:, None]) & (places < (starts + sizes)[:, None])
