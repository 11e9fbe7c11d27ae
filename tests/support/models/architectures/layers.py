"""Groups of Keras's layers that several architectures share."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

of = tf.keras.layers


def convolved(
    source: Any, channels: int, kernel: int | tuple[int, int] = 3, stride: int | tuple[int, int] = 1, act: str = "relu"
) -> Any:
    """A convolution, its batch normalisation and its activation."""
    x = of.Conv2D(channels, kernel, stride, padding="same", use_bias=False)(source)
    return of.Activation(act)(of.BatchNormalization()(x))


def separated(source: Any, channels: int, stride: int = 1) -> Any:
    """A depthwise convolution and a pointwise one, as MobileNet V1 has them."""
    x = of.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(source)
    x = of.ReLU()(of.BatchNormalization()(x))
    return convolved(x, channels, 1)


def convolved_1d(source: Any, channels: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> Any:
    """A convolution over time, its batch normalisation and RELU."""
    x = of.Conv1D(channels, kernel, stride, padding="same", dilation_rate=dilation, use_bias=False)(source)
    return of.ReLU()(of.BatchNormalization()(x))


def classified(source: Any, classes: int) -> Any:
    """The mean of each channel of an image, and probabilities from it."""
    return of.Dense(classes, activation="softmax")(of.GlobalAveragePooling2D()(source))
