"""The model: a small convolutional network over the picture of a second, trained in float and converted to int8.

Needs TensorFlow. Only operators that the rune compiler knows: CONV_2D, AVERAGE_POOL_2D, FULLY_CONNECTED, RESHAPE,
SOFTMAX and DEQUANTIZE, at a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from dataset import Windows
from numpy.typing import NDArray
from words import LABELS, UNKNOWN

FRAMES, BANDS = 49, 40
_BATCH = 128
_EAGERNESS = 0.4
"""Off the logit of "unknown" in the finished model: where words are expected, other words are rarer than in training.

Held-out voices are then heard 4 to 5 times more in a hundred, at a quarter more false alarms in dense speech.
"""


def network(batch: int | None) -> keras.Model:
    """From features / 128 to the shares of the labels."""
    given = keras.Input(batch_shape=(batch, FRAMES * BANDS))
    x = keras.layers.Reshape((FRAMES, BANDS, 1))(given)
    for filters, kernel, stride in ((32, (8, 8), (2, 4)), (48, (3, 3), (2, 1)), (56, (3, 3), (1, 2)), (56, (3, 1), 1)):
        x = keras.layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=0.97)(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.AveragePooling2D((x.shape[1], x.shape[2]))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(given, keras.layers.Dense(len(LABELS), activation="softmax")(x))


def train(windows: Windows, epochs: int, seed: int) -> keras.Model:
    """AdamW with a cosine from 3e-3, label smoothing 0.02; stripes of time and pitch are blanked (SpecAugment)."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    model = network(None)
    steps = len(windows.labels) // _BATCH
    warm = steps // 2
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-4, epochs * steps - warm, warmup_target=3e-3, warmup_steps=warm
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=1e-3),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.02),
        metrics=["accuracy"],
    )
    model.fit(_batches(windows, seed), steps_per_epoch=steps, epochs=epochs, verbose=2)
    return model


def _batches(windows: Windows, seed: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    rng = np.random.default_rng([seed, 7])
    answers = np.eye(len(LABELS), dtype=np.float32)[windows.labels]
    while True:
        order = rng.permutation(len(windows.labels))
        for start in range(0, len(order) - _BATCH + 1, _BATCH):
            chosen = order[start : start + _BATCH]
            pictures = windows.features[chosen].astype(np.float32).reshape(-1, FRAMES, BANDS) / 128
            pictures += rng.normal(0, 0.03, pictures.shape).astype(np.float32)
            for picture in pictures:
                _blank_stripes(picture, rng)
            yield pictures.reshape(-1, FRAMES * BANDS), answers[chosen]


def _blank_stripes(picture: NDArray[np.float32], rng: np.random.Generator) -> None:
    blank = picture.mean()
    for axis, widest in ((0, 8), (1, 7)):
        if rng.random() < 0.6:
            width = int(rng.integers(1, widest + 1))
            at = int(rng.integers(0, picture.shape[axis] - width + 1))
            picture[(slice(at, at + width), slice(None)) if axis == 0 else (slice(None), slice(at, at + width))] = blank


def to_tflite(model: keras.Model, windows: Windows) -> bytes:
    """Integer arithmetic throughout, calibrated on some windows; i8 features in, f32 scores out."""
    weights = model.get_weights()
    keras.backend.clear_session()  # names in the file count from 0, whatever was built before
    single = network(1)
    single.set_weights(weights)
    kernel, bias = single.layers[-1].get_weights()
    bias[UNKNOWN] -= _EAGERNESS
    single.layers[-1].set_weights([kernel, bias])
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.float32
    sample = windows.features[:600].astype(np.float32) / 128
    converter.representative_dataset = lambda: ([row[None]] for row in sample)
    return bytes(converter.convert())


class Interpreter:
    """The converted model, as a rune computes it."""

    def __init__(self, model: bytes) -> None:
        resolver = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self._interpreter = tf.lite.Interpreter(model_content=model, experimental_op_resolver_type=resolver)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def scores(self, features: NDArray[np.int8]) -> NDArray[np.float32]:
        """f32[8] for one window's features."""
        self._interpreter.set_tensor(self._input, features.reshape(1, -1))
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)
