"""The model: a small convolutional network over the picture of a second, trained in float and converted to int8.

Needs TensorFlow. Only operators that the rune compiler knows: CONV_2D, AVERAGE_POOL_2D, FULLY_CONNECTED, RESHAPE,
SOFTMAX and DEQUANTIZE, at a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
from dataset import Windows
from numpy.typing import NDArray
from training import drawn, finished, fit, smoothed_labels, to_tflite
from words import KEYWORDS, LABELS

FRAMES, BANDS = 49, 40
_BATCH = 128


def network(batch: int | None) -> keras.Model:
    """From features / 128 to the shares of the labels."""
    source = keras.Input(batch_shape=(batch, FRAMES * BANDS))
    x = keras.layers.Reshape((FRAMES, BANDS, 1))(source)
    for filters, kernel, stride in ((32, (8, 8), (2, 4)), (48, (3, 3), (2, 1)), (56, (3, 3), (1, 2)), (64, (3, 1), 1)):
        x = keras.layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)(x)
        x = finished(x)
    x = keras.layers.AveragePooling2D((x.shape[1], x.shape[2]))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(source, keras.layers.Dense(len(LABELS), activation="softmax")(x))


def train(model: keras.Model, windows: Windows, epochs: int, rate: float, seed: int) -> None:
    """Up to `rate` in half an epoch, then down as a cosine; stripes of time and pitch are blanked (SpecAugment)."""
    keras.utils.set_random_seed(seed)
    steps = len(windows.labels) // _BATCH
    warm = steps // 2
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-4, epochs * steps - warm, warmup_target=rate, warmup_steps=warm
    )
    fit(model, _batches(windows, seed), steps, epochs, loss=smoothed_labels(0.02), rate=schedule)


def hardest(model: keras.Model, negatives: Windows, count: int) -> Windows:
    """Those that the model takes for a keyword most readily, where none is said."""
    readily = scores(model, negatives.features)[:, : len(KEYWORDS)].max(axis=1)
    order = np.argsort(-readily, kind="stable")[:count]
    return Windows(negatives.features[order], negatives.labels[order])


def scores(model: keras.Model, features: NDArray[np.int8]) -> NDArray[np.float32]:
    """Of windows, f32[n, 8]."""
    parts = range(0, len(features), 1_000)
    batches = [model(features[start : start + 1_000].astype(np.float32) / 128, training=False) for start in parts]
    return np.concatenate([np.asarray(part) for part in batches])


def logits(model: keras.Model, features: NDArray[np.int8]) -> NDArray[np.float32]:
    """The logarithms of the scores."""
    return np.log(np.maximum(scores(model, features), 1e-9))


def together(*sets: Windows) -> Windows:
    """One set behind the other."""
    return Windows(np.concatenate([s.features for s in sets]), np.concatenate([s.labels for s in sets]))


def _batches(windows: Windows, seed: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    rng = np.random.default_rng([seed, 7])
    answers = np.eye(len(LABELS), dtype=np.float32)[windows.labels]
    for places in drawn(len(windows.labels), _BATCH, rng):
        pictures = windows.features[places].astype(np.float32).reshape(-1, FRAMES, BANDS) / 128
        pictures += rng.normal(0, 0.03, pictures.shape).astype(np.float32)
        for picture in pictures:
            _blank_stripes(picture, rng)
        yield pictures.reshape(-1, FRAMES * BANDS), answers[places]


def _blank_stripes(picture: NDArray[np.float32], rng: np.random.Generator) -> None:
    blank = picture.mean()
    for axis, widest in ((0, 8), (1, 7)):
        if rng.random() < 0.6:
            width = int(rng.integers(1, widest + 1))
            at = int(rng.integers(0, picture.shape[axis] - width + 1))
            picture[(slice(at, at + width), slice(None)) if axis == 0 else (slice(None), slice(at, at + width))] = blank


def to_int8(model: keras.Model, windows: Windows, eagerness: NDArray[np.float32]) -> bytes:
    """i8 features in, f32 scores out. `eagerness` f32[8] is added to the logits of the labels."""
    *weights, bias = model.get_weights()
    sample = windows.features[:600].astype(np.float32) / 128
    return to_tflite(network, [*weights, bias + eagerness], sample)
