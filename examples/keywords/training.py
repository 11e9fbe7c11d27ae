"""A seeded fit, the conversion to int8, and the answers of the result. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Network = Callable[[int | None], keras.Model]
"""Builds a model for a size of batch; None is any."""
Batches = Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]


def new(network: Network, seed: int) -> keras.Model:
    """A model for training: the same seed gives the same weights, and the same steps afterwards."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    return network(None)


def finished(x: Any) -> Any:
    """A layer's batch normalisation and ReLU."""
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.97)(x))


def fit(
    model: keras.Model, batches: Batches, steps: int, epochs: int, *, loss: Any, rate: Any = 3e-3, decay: float = 1e-3
) -> None:
    """AdamW; a `rate` that is a number falls to nothing as a cosine."""
    schedule = keras.optimizers.schedules.CosineDecay(rate, epochs * steps) if isinstance(rate, float) else rate
    model.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=decay),
        loss=loss,
        metrics=["accuracy"],
    )
    model.fit(batches, steps_per_epoch=steps, epochs=epochs, verbose=2)


def smoothed_labels(smoothing: float) -> keras.losses.Loss:
    """The loss of a classifier whose answers are a little unsure."""
    return keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)


def drawn(count: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Which of `count` examples are in each batch: all of them once, in a new order each time, without end."""
    while True:
        order = rng.permutation(count)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def to_tflite(network: Network, weights: Sequence[NDArray[Any]], sample: NDArray[np.float32]) -> bytes:
    """Integer arithmetic throughout, calibrated on `sample`, for one input of i8 at a time. f32 comes out."""
    keras.backend.clear_session()  # names in the file count from 0, whatever was built before
    single = network(1)
    single.set_weights(weights)
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.float32
    converter.representative_dataset = lambda: ([row[None]] for row in sample)
    return bytes(converter.convert())


class ConvertedModel:
    """A converted model, as a rune computes it."""

    def __init__(self, model: bytes) -> None:
        resolver = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self._interpreter = tf.lite.Interpreter(model_content=model, experimental_op_resolver_type=resolver)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def scores(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Of one input, whatever dimensions it is written in, without the batch."""
        self._interpreter.set_tensor(self._input["index"], values.reshape(self._input["shape"]))
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)
