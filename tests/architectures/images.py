"""Networks for images that Keras does not have, or has only in a size that no small device holds."""

from __future__ import annotations

from typing import Any

from tests.architectures.architecture import Architecture, Architectures, pixels
from tests.architectures.layers import classified, convolved, of, separated

CLASSES = 10


def images() -> Architectures:
    """All of them."""
    yield Architecture("lenet", "LeNet 5", (28, 28, 1), _lenet, pixels)
    yield Architecture("resnet_8", "ResNet 8, as MLPerf Tiny has it", (32, 32, 3), _resnet_8, pixels)
    yield Architecture("squeezenet", "SqueezeNet 1.1", (64, 64, 3), _squeezenet, pixels)
    yield Architecture("shufflenet_v2", "ShuffleNet V2", (32, 32, 3), _shufflenet, pixels)
    yield Architecture("convnext", "ConvNeXt, two blocks", (32, 32, 3), _convnext, pixels)
    yield Architecture("squeeze_and_excitation", "Squeeze and excitation", (32, 32, 3), _excited, pixels)


def _lenet(source: Any) -> Any:
    found = of.AveragePooling2D(2)(of.Conv2D(6, 5, padding="same", activation="tanh")(source))
    found = of.AveragePooling2D(2)(of.Conv2D(16, 5, activation="tanh")(found))
    found = of.Dense(84, activation="tanh")(of.Dense(120, activation="tanh")(of.Flatten()(found)))
    return of.Dense(CLASSES, activation="softmax")(found)


def _resnet_8(source: Any) -> Any:
    found = convolved(source, 16)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        inner = of.Conv2D(channels, 3, padding="same")(convolved(found, channels, stride=stride))
        inner = of.BatchNormalization()(inner)
        if stride > 1:
            found = of.Conv2D(channels, 1, stride, padding="same")(found)
        found = of.ReLU()(of.Add()([found, inner]))
    pooled = of.Flatten()(of.AveragePooling2D(8)(found))
    return of.Dense(CLASSES, activation="softmax")(pooled)


def _squeezenet(source: Any) -> Any:
    def fire(found: Any, squeezed: int, expanded: int) -> Any:
        found = of.Conv2D(squeezed, 1, activation="relu")(found)
        narrow = of.Conv2D(expanded, 1, activation="relu")(found)
        wide = of.Conv2D(expanded, 3, padding="same", activation="relu")(found)
        return of.Concatenate()([narrow, wide])

    found = of.MaxPooling2D(3, 2)(of.Conv2D(64, 3, 2, activation="relu")(source))
    found = of.MaxPooling2D(3, 2)(fire(fire(found, 16, 64), 16, 64))
    found = of.MaxPooling2D(3, 2)(fire(fire(found, 32, 128), 32, 128))
    found = fire(fire(fire(fire(found, 48, 192), 48, 192), 64, 256), 64, 256)
    found = of.Conv2D(CLASSES, 1, activation="relu")(of.Dropout(0.5)(found))
    return of.Softmax()(of.GlobalAveragePooling2D()(found))


def _shufflenet(source: Any) -> Any:
    def branch(found: Any, channels: int, stride: int) -> Any:
        found = convolved(found, channels, 1)
        found = of.BatchNormalization()(of.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(found))
        return convolved(found, channels, 1)

    def shuffled(found: Any) -> Any:
        height, width, channels = found.shape[1:]
        found = of.Reshape((height, width, 2, channels // 2))(found)
        return of.Reshape((height, width, channels))(of.Permute((1, 2, 4, 3))(found))

    found = of.MaxPooling2D(3, 2, padding="same")(convolved(source, 24, stride=2))
    for channels in (24, 48):
        left = of.BatchNormalization()(of.DepthwiseConv2D(3, 2, padding="same", use_bias=False)(found))
        found = shuffled(of.Concatenate()([convolved(left, channels, 1), branch(found, channels, 2)]))
        kept, worked = found[..., :channels], found[..., channels:]
        found = shuffled(of.Concatenate()([kept, branch(worked, channels, 1)]))
    return classified(convolved(found, 64, 1), CLASSES)


def _convnext(source: Any) -> Any:
    found = of.LayerNormalization(epsilon=1e-6)(of.Conv2D(24, 4, 4)(source))
    for _ in range(2):
        inner = of.LayerNormalization(epsilon=1e-6)(of.DepthwiseConv2D(7, padding="same")(found))
        inner = of.Dense(24)(of.Dense(96, activation="gelu")(inner))
        found = of.Add()([found, inner])
    pooled = of.LayerNormalization(epsilon=1e-6)(of.GlobalAveragePooling2D()(found))
    return of.Dense(CLASSES)(pooled)


def _excited(source: Any) -> Any:
    found = convolved(source, 16, stride=2, act="silu")
    for channels in (24, 32):
        found = separated(found, channels, 2)
        weights = of.Reshape((1, 1, channels))(of.GlobalAveragePooling2D()(found))
        weights = of.Conv2D(channels, 1, activation="sigmoid")(of.Conv2D(8, 1, activation="silu")(weights))
        found = of.Multiply()([found, weights])
    return classified(found, CLASSES)
