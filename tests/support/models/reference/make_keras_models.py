"""Packs small recurrent models as Keras and its converter write them, with what the reference kernels answer.

Run `python -m tests.support.models.reference.make_keras_models` with TensorFlow, which the extra `train` has, after a
change. Weights and inputs are seeded. Every layer is a WHILE, which is what the converter makes of it, unless it is
unrolled.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.random import default_rng

from tests.support.models.model_cases import KERAS
from tests.support.models.reference.make_models import with_answers
from tests.support.packed import write_packed

STEPS, FEATURES = 3, 4

Layers = Sequence[Any]
Change = Callable[[Any], None]


def models() -> Iterator[tuple[str, Layers, Change]]:
    """Yields the models by name, with the options of the converter."""
    of = tf.keras.layers
    yield "lstm_f32", [of.LSTM(6)], as_it_is
    yield "lstm_stacked_f16", [of.LSTM(5, return_sequences=True), of.LSTM(4)], halved
    yield "gru_f32", [of.GRU(5, return_sequences=True), of.Dense(3)], as_it_is
    yield "gru_dynamic_range", [of.GRU(20)], with_bytes_as_weights
    yield "bidirectional_lstm_f32", [of.Bidirectional(of.LSTM(4, return_sequences=True)), of.Dense(2)], as_it_is
    yield "bidirectional_gru_f32", [of.Bidirectional(of.GRU(3))], as_it_is
    yield "lstm_unrolled_i8", [of.LSTM(5, unroll=True), of.Dense(3, activation="softmax")], quantised


def as_it_is(_: Any) -> None:
    """float32."""


def halved(converter: Any) -> None:
    """Weights of float16."""
    with_bytes_as_weights(converter)
    converter.target_spec.supported_types = [tf.float16]


def with_bytes_as_weights(converter: Any) -> None:
    """Dynamic range: weights of int8, where there are at least 1,024."""
    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def quantised(converter: Any) -> None:
    """int8, by seeded samples."""
    random = default_rng(3)
    samples = [random.standard_normal((1, STEPS, FEATURES)).astype(np.float32) for _ in range(50)]
    with_bytes_as_weights(converter)
    converter.representative_dataset = lambda: ([sample] for sample in samples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8


def converted(name: str, layers: Layers, change: Change) -> bytes:
    """The file; the name is the seed of its weights."""
    tf.keras.utils.set_random_seed(zlib.crc32(name.encode()))
    model = tf.keras.Sequential([tf.keras.Input((STEPS, FEATURES), batch_size=1), *layers])
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    change(converter)
    data: bytes = converter.convert()
    return data


def main() -> None:
    files: dict[str, bytes] = {}
    for name, layers, change in models():
        files |= with_answers(name, converted(name, layers, change))
    write_packed(KERAS, files)


if __name__ == "__main__":
    main()
