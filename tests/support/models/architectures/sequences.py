"""Networks for readings of sensors and for words, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.random import Generator

from tests.support.models.architectures.architecture import Architecture, Architectures, Samples
from tests.support.models.architectures.layers import convolved_1d, of

CLASSES = 6
READINGS = (16, 6)
"""16 readings of six numbers, as an accelerometer and a gyroscope give them."""
WORDS = 50


def sequences() -> Architectures:
    """Yields all architectures for sequences."""
    yield Architecture("mlp", "Multilayer perceptron", (24,), _mlp)
    yield Architecture("conv_1d", "Convolutions over time", (64, 6), _conv_1d)
    yield Architecture("tcn", "TCN: dilated causal convolutions", (32, 6), _tcn)
    yield _recurrent("simple_rnn", "Simple recurrent layer", of.SimpleRNN(12))
    yield _recurrent("lstm", "LSTM", of.LSTM(12))
    yield _recurrent("lstm_stacked", "Two LSTM", of.LSTM(10, return_sequences=True), of.LSTM(8))
    yield _recurrent("lstm_unrolled", "LSTM, unrolled", of.LSTM(8, unroll=True))
    yield _recurrent("gru", "GRU", of.GRU(12))
    yield _recurrent("bidirectional_lstm", "Bidirectional LSTM", of.Bidirectional(of.LSTM(8)))
    yield _recurrent("bidirectional_gru", "Bidirectional GRU", of.Bidirectional(of.GRU(8)))
    yield Architecture("conv_lstm", "Convolutions and an LSTM", (64, 6), _conv_lstm, batch=1)
    yield Architecture("attention", "Attention block (RELU)", READINGS, _attention("relu"))
    yield Architecture("attention_gelu", "Attention block (GELU)", READINGS, _attention("gelu"))
    yield Architecture("text_transformer", "Transformer of words", (12,), _transformer, _words, kind="int32")
    yield Architecture("text_embedding", "Mean of embedded words", (12,), _embedding, _words, kind="int32")


def _words(random: Generator, shape: tuple[int, ...]) -> Samples:
    return random.integers(0, WORDS, shape).astype(np.int32)


def _mlp(source: Any) -> Any:
    x = of.Dense(32, activation="relu")(of.BatchNormalization()(source))
    return of.Dense(CLASSES, activation="softmax")(of.Dense(16, activation="relu")(of.Dropout(0.2)(x)))


def _conv_1d(source: Any) -> Any:
    x = of.MaxPooling1D(2)(of.Conv1D(16, 5, activation="relu")(source))
    x = of.MaxPooling1D(2)(of.Conv1D(24, 3, activation="relu")(x))
    return of.Dense(CLASSES, activation="softmax")(of.GlobalMaxPooling1D()(x))


def _tcn(source: Any) -> Any:
    x = of.Conv1D(12, 1)(source)
    for dilation in (1, 2, 4):
        inner = of.Conv1D(12, 3, padding="causal", dilation_rate=dilation, activation="relu")(x)
        inner = of.Conv1D(12, 3, padding="causal", dilation_rate=dilation)(inner)
        x = of.ReLU()(of.Add()([x, inner]))
    return of.Dense(CLASSES, activation="softmax")(x[:, -1])


def _recurrent(name: str, words: str, *layers: Any) -> Architecture:
    """The converter has no lists whose rows are of an open size, so the batch is one."""

    def build(source: Any) -> Any:
        for layer in layers:
            source = layer(source)
        return of.Dense(CLASSES, activation="softmax")(source)

    return Architecture(name, words, READINGS, build, batch=1)


def _conv_lstm(source: Any) -> Any:
    x = of.MaxPooling1D(4)(convolved_1d(source, 12, 5))
    return of.Dense(CLASSES, activation="softmax")(of.LSTM(10)(x))


def _block(source: Any, width: int, act: str) -> Any:
    """Attention of each row to all, and a network for each row, both normalised as a transformer does."""
    x = of.LayerNormalization()(of.Add()([source, of.MultiHeadAttention(2, width // 2)(source, source)]))
    inner = of.Dense(width)(of.Dense(2 * width, activation=act)(x))
    return of.LayerNormalization()(of.Add()([x, inner]))


def _attention(act: str) -> Any:
    def build(source: Any) -> Any:
        x = _block(of.Dense(16)(source), 16, act)
        return of.Dense(CLASSES, activation="softmax")(of.GlobalAveragePooling1D()(x))

    return build


def _transformer(source: Any) -> Any:
    places = of.Embedding(source.shape[1], 16)(tf.range(source.shape[1]))
    x = _block(of.Embedding(WORDS, 16)(source) + places, 16, "relu")
    return of.Dense(CLASSES, activation="softmax")(of.GlobalAveragePooling1D()(x))


def _embedding(source: Any) -> Any:
    x = of.GlobalAveragePooling1D()(of.Embedding(WORDS, 16)(source))
    return of.Dense(CLASSES, activation="softmax")(of.Dense(16, activation="relu")(x))
