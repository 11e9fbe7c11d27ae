"""Networks that hear words in spectrograms, at sizes that keyword spotting uses."""

from __future__ import annotations

from typing import Any

from tests.support.models.architectures.architecture import Architecture, Architectures
from tests.support.models.architectures.layers import classified, convolved, convolved_1d, of, separated

WORDS = 12


def sounds() -> Architectures:
    """Yields all architectures for sounds."""
    yield Architecture("tiny_conv", "tiny_conv, as micro_speech has it", (49, 40, 1), _tiny_conv)
    yield Architecture("ds_cnn", "DS-CNN, as MLPerf Tiny has it", (49, 10, 1), _ds_cnn)
    yield Architecture("tc_resnet", "TC-ResNet 8", (49, 40), _tc_resnet)
    yield Architecture("bc_resnet", "BC-ResNet, two blocks", (32, 40, 1), _bc_resnet)
    yield Architecture("svdf", "SVDF, as a dense layer and filters over time", (32, 20), _svdf)
    yield Architecture("crnn", "CRNN: convolutions and a GRU", (24, 20, 1), _crnn, batch=1)
    yield Architecture("wavenet", "WaveNet, four gated convolutions", (64, 8), _wavenet)


def _tiny_conv(source: Any) -> Any:
    x = of.Conv2D(8, (10, 8), 2, padding="same", activation="relu")(source)
    return of.Dense(4, activation="softmax")(of.Dropout(0.5)(of.Flatten()(x)))


def _ds_cnn(source: Any) -> Any:
    x = convolved(source, 64, (10, 4), (2, 2))
    for _ in range(4):
        x = separated(x, 64)
    pooled = of.Flatten()(of.AveragePooling2D((25, 5))(of.Dropout(0.4)(x)))
    return of.Dense(WORDS, activation="softmax")(pooled)


def _tc_resnet(source: Any) -> Any:
    x = of.Conv1D(16, 3, padding="same", use_bias=False)(source)
    for channels in (24, 32, 48):
        inner = of.Conv1D(channels, 9, padding="same", use_bias=False)(convolved_1d(x, channels, 9, 2))
        beside = convolved_1d(x, channels, 1, 2)
        x = of.ReLU()(of.Add()([of.BatchNormalization()(inner), beside]))
    return of.Dense(WORDS, activation="softmax")(of.Dropout(0.5)(of.GlobalAveragePooling1D()(x)))


def _bc_resnet(source: Any) -> Any:
    x = convolved(source, 16, 5, (1, 2))
    for _ in range(2):
        of_frequency = of.DepthwiseConv2D((1, 3), padding="same", use_bias=False)(x)
        of_frequency = of.BatchNormalization()(of_frequency)
        over_time = of.AveragePooling2D((1, of_frequency.shape[2]))(of_frequency)
        over_time = of.DepthwiseConv2D((3, 1), padding="same", use_bias=False)(over_time)
        over_time = of.Activation("silu")(of.BatchNormalization()(over_time))
        x = of.ReLU()(of.Add()([x, of_frequency, of.Conv2D(16, 1)(over_time)]))
    return classified(x, WORDS)


def _svdf(source: Any) -> Any:
    x = source
    for _ in range(2):
        x = of.Dense(32, use_bias=False)(x)
        over_time = of.DepthwiseConv1D(8, padding="valid")(of.ZeroPadding1D((7, 0))(x))
        x = of.ReLU()(over_time)
    return of.Dense(WORDS, activation="softmax")(x[:, -1])


def _crnn(source: Any) -> Any:
    x = convolved(source, 8, 3, (2, 2))
    frames = of.Reshape((x.shape[1], x.shape[2] * x.shape[3]))(x)
    return of.Dense(WORDS, activation="softmax")(of.GRU(16)(frames))


def _wavenet(source: Any) -> Any:
    x, skips = of.Conv1D(8, 1)(source), []
    for dilation in (1, 2, 4, 8):
        signal = of.Conv1D(8, 2, padding="causal", dilation_rate=dilation, activation="tanh")(x)
        gate = of.Conv1D(8, 2, padding="causal", dilation_rate=dilation, activation="sigmoid")(x)
        residual = of.Conv1D(8, 1)(of.Multiply()([signal, gate]))
        skips.append(residual)
        x = of.Add()([x, residual])
    return of.Conv1D(WORDS, 1)(of.ReLU()(of.Add()(skips)))
