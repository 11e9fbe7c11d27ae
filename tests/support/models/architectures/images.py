"""Networks for images that Keras does not have, or has only in a size that no small device holds."""

from __future__ import annotations

from typing import Any

from tests.support.models.architectures.architecture import Architecture, Architectures, pixels
from tests.support.models.architectures.layers import classified, convolved, of, separated

CLASSES = 10


def images() -> Architectures:
    """Yields all architectures for images."""
    yield Architecture("lenet", "LeNet 5", (28, 28, 1), _lenet, pixels)
    yield Architecture("resnet_8", "ResNet 8, as MLPerf Tiny has it", (32, 32, 3), _resnet_8, pixels)
    yield Architecture("squeezenet", "SqueezeNet 1.1", (64, 64, 3), _squeezenet, pixels)
    yield Architecture("shufflenet_v2", "ShuffleNet V2", (32, 32, 3), _shufflenet, pixels)
    yield Architecture("convnext", "ConvNeXt, two blocks", (32, 32, 3), _convnext, pixels)
    yield Architecture("squeeze_and_excitation", "Squeeze and excitation", (32, 32, 3), _excited, pixels)


def _lenet(source: Any) -> Any:
    x = of.AveragePooling2D(2)(of.Conv2D(6, 5, padding="same", activation="tanh")(source))
    x = of.AveragePooling2D(2)(of.Conv2D(16, 5, activation="tanh")(x))
    x = of.Dense(84, activation="tanh")(of.Dense(120, activation="tanh")(of.Flatten()(x)))
    return of.Dense(CLASSES, activation="softmax")(x)


def _resnet_8(source: Any) -> Any:
    x = convolved(source, 16)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        inner = of.Conv2D(channels, 3, padding="same")(convolved(x, channels, stride=stride))
        inner = of.BatchNormalization()(inner)
        if stride > 1:
            x = of.Conv2D(channels, 1, stride, padding="same")(x)
        x = of.ReLU()(of.Add()([x, inner]))
    pooled = of.Flatten()(of.AveragePooling2D(8)(x))
    return of.Dense(CLASSES, activation="softmax")(pooled)


def _squeezenet(source: Any) -> Any:
    def fire(x: Any, squeeze: int, expand: int) -> Any:
        x = of.Conv2D(squeeze, 1, activation="relu")(x)
        narrow = of.Conv2D(expand, 1, activation="relu")(x)
        wide = of.Conv2D(expand, 3, padding="same", activation="relu")(x)
        return of.Concatenate()([narrow, wide])

    x = of.MaxPooling2D(3, 2)(of.Conv2D(64, 3, 2, activation="relu")(source))
    x = of.MaxPooling2D(3, 2)(fire(fire(x, 16, 64), 16, 64))
    x = of.MaxPooling2D(3, 2)(fire(fire(x, 32, 128), 32, 128))
    x = fire(fire(fire(fire(x, 48, 192), 48, 192), 64, 256), 64, 256)
    x = of.Conv2D(CLASSES, 1, activation="relu")(of.Dropout(0.5)(x))
    return of.Softmax()(of.GlobalAveragePooling2D()(x))


def _shufflenet(source: Any) -> Any:
    def branch(x: Any, channels: int, stride: int) -> Any:
        x = convolved(x, channels, 1)
        x = of.BatchNormalization()(of.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x))
        return convolved(x, channels, 1)

    def shuffled(x: Any) -> Any:
        height, width, channels = x.shape[1:]
        x = of.Reshape((height, width, 2, channels // 2))(x)
        return of.Reshape((height, width, channels))(of.Permute((1, 2, 4, 3))(x))

    x = of.MaxPooling2D(3, 2, padding="same")(convolved(source, 24, stride=2))
    for channels in (24, 48):
        left = of.BatchNormalization()(of.DepthwiseConv2D(3, 2, padding="same", use_bias=False)(x))
        x = shuffled(of.Concatenate()([convolved(left, channels, 1), branch(x, channels, 2)]))
        identity, residual = x[..., :channels], x[..., channels:]
        x = shuffled(of.Concatenate()([identity, branch(residual, channels, 1)]))
    return classified(convolved(x, 64, 1), CLASSES)


def _convnext(source: Any) -> Any:
    x = of.LayerNormalization(epsilon=1e-6)(of.Conv2D(24, 4, 4)(source))
    for _ in range(2):
        inner = of.LayerNormalization(epsilon=1e-6)(of.DepthwiseConv2D(7, padding="same")(x))
        inner = of.Dense(24)(of.Dense(96, activation="gelu")(inner))
        x = of.Add()([x, inner])
    pooled = of.LayerNormalization(epsilon=1e-6)(of.GlobalAveragePooling2D()(x))
    return of.Dense(CLASSES)(pooled)


def _excited(source: Any) -> Any:
    x = convolved(source, 16, stride=2, act="silu")
    for channels in (24, 32):
        x = separated(x, channels, 2)
        weights = of.Reshape((1, 1, channels))(of.GlobalAveragePooling2D()(x))
        weights = of.Conv2D(channels, 1, activation="sigmoid")(of.Conv2D(8, 1, activation="silu")(weights))
        x = of.Multiply()([x, weights])
    return classified(x, CLASSES)
