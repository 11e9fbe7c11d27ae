"""Keras's own networks for images, as `keras.applications` has them, small where they may be chosen so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tests.support.models.architectures.architecture import Architecture, Architectures, pixels

CLASSES = 10
IMAGE = (96, 96, 3)

Build = Callable[[Any], Any]


def keras_images() -> Architectures:
    """Yields all architectures of Keras for images, without weights of ImageNet, which would have to be downloaded."""
    nets = tf.keras.applications
    table: dict[str, tuple[str, Any, dict[str, object]]] = {
        "mobilenet": ("MobileNet V1, a quarter as wide", nets.MobileNet, {"alpha": 0.25}),
        "mobilenet_v2": ("MobileNet V2, 0.35 as wide", nets.MobileNetV2, {"alpha": 0.35}),
        "mobilenet_v3_small": ("MobileNet V3 small", nets.MobileNetV3Small, {}),
        "mobilenet_v3_minimalistic": (
            "MobileNet V3 small, minimalistic",
            nets.MobileNetV3Small,
            {"minimalistic": True},
        ),
        "mobilenet_v3_large": ("MobileNet V3 large", nets.MobileNetV3Large, {}),
        "efficientnet_b0": ("EfficientNet B0", nets.EfficientNetB0, {}),
        "efficientnet_v2_b0": ("EfficientNet V2 B0", nets.EfficientNetV2B0, {}),
        "nasnet_mobile": ("NASNet mobile", nets.NASNetMobile, {}),
        "densenet_121": ("DenseNet 121", nets.DenseNet121, {}),
        "inception_v3": ("Inception V3", nets.InceptionV3, {}),
        "resnet_50": ("ResNet 50", nets.ResNet50, {}),
    }
    for name, (words, net, options) in table.items():
        yield Architecture(name, words, IMAGE, _applied(net, options), pixels)


def _applied(net: Any, options: dict[str, object]) -> Build:
    def build(source: Any) -> Any:
        return net(input_tensor=source, weights=None, classes=CLASSES, **options).output

    return build
