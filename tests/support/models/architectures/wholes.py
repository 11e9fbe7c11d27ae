"""Networks that give a whole image or recording: autoencoders, segmentation, larger images, and boxes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tests.support.models.architectures.architecture import Architecture, Architectures, pixels
from tests.support.models.architectures.layers import convolved, of, separated

IMAGE = (32, 32, 3)


def wholes() -> Architectures:
    """Yields all whole networks."""
    yield Architecture("autoencoder", "Autoencoder, as MLPerf Tiny has it, narrower", (128,), _autoencoder)
    yield Architecture("conv_autoencoder", "Autoencoder of convolutions", (28, 28, 1), _conv_autoencoder, pixels)
    yield Architecture("u_net", "U-Net, with enlarged images", IMAGE, _u_net(_enlarged), pixels)
    yield Architecture("u_net_transposed", "U-Net, with transposed convolutions", IMAGE, _u_net(_transposed), pixels)
    yield Architecture("deeplab", "DeepLab: dilated convolutions side by side", IMAGE, _deeplab, pixels)
    yield Architecture("super_resolution", "Super-resolution by subpixels", (24, 24, 1), _super_resolution, pixels)
    yield Architecture("ssd", "SSD head on a MobileNet", (64, 64, 3), _ssd, pixels)
    yield Architecture("centernet", "CenterNet head: peaks of a heat map", (48, 48, 3), _centernet, pixels)


def _autoencoder(source: Any) -> Any:
    x = source
    for width in (32, 32, 8, 32, 32):
        x = of.ReLU()(of.BatchNormalization()(of.Dense(width)(x)))
    return of.Dense(128)(x)


def _conv_autoencoder(source: Any) -> Any:
    x = of.Conv2D(16, 3, 2, padding="same", activation="relu")(source)
    x = of.Conv2D(8, 3, 2, padding="same", activation="relu")(x)
    x = of.Conv2DTranspose(8, 3, 2, padding="same", activation="relu")(x)
    x = of.Conv2DTranspose(16, 3, 2, padding="same", activation="relu")(x)
    return of.Conv2D(1, 3, padding="same", activation="sigmoid")(x)


def _enlarged(source: Any, channels: int) -> Any:
    return convolved(of.UpSampling2D(2)(source), channels, 2)


def _transposed(source: Any, channels: int) -> Any:
    return of.Conv2DTranspose(channels, 2, 2, padding="same")(source)


def _u_net(enlarge: Any) -> Any:
    def build(source: Any) -> Any:
        x, beside = source, []
        for channels in (8, 16):
            x = convolved(convolved(x, channels), channels)
            beside.append(x)
            x = of.MaxPooling2D(2)(x)
        x = convolved(x, 32)
        for channels in (16, 8):
            x = of.Concatenate()([enlarge(x, channels), beside.pop()])
            x = convolved(x, channels)
        return of.Conv2D(1, 1, activation="sigmoid")(x)

    return build


def _deeplab(source: Any) -> Any:
    x = separated(convolved(source, 8, stride=2), 16, 2)
    branches = [convolved(x, 8, 1)]
    for dilation in (2, 4):
        branches.append(of.Conv2D(8, 3, padding="same", dilation_rate=dilation, activation="relu")(x))
    pooled = of.Conv2D(8, 1, activation="relu")(of.GlobalAveragePooling2D(keepdims=True)(x))
    branches.append(of.UpSampling2D(x.shape[1], interpolation="bilinear")(pooled))
    x = of.Conv2D(3, 1)(of.Concatenate()(branches))
    return of.Softmax()(of.UpSampling2D(4, interpolation="bilinear")(x))


def _super_resolution(source: Any) -> Any:
    x = of.Conv2D(16, 5, padding="same", activation="tanh")(source)
    x = of.Conv2D(4, 3, padding="same")(of.PReLU(shared_axes=[1, 2])(of.Conv2D(8, 3, padding="same")(x)))
    return of.Lambda(lambda image: tf.nn.depth_to_space(image, 2))(x)


def _ssd(source: Any) -> Any:
    classes, boxes = 4, 3
    x = separated(convolved(source, 8, stride=2, act="relu6"), 16, 2)
    scores, places = [], []
    for channels in (24, 32):
        x = separated(x, channels, 2)
        scores.append(of.Reshape((-1, classes))(of.Conv2D(boxes * classes, 3, padding="same")(x)))
        places.append(of.Reshape((-1, 4))(of.Conv2D(boxes * 4, 3, padding="same")(x)))
    return [of.Activation("sigmoid")(of.Concatenate(axis=1)(scores)), of.Concatenate(axis=1)(places)]


def _centernet(source: Any) -> Any:
    x = separated(convolved(source, 8, stride=2), 16, 2)
    # Small weights, as trained ones are here: where the sigmoid saturates, peaks are a matter of last bits.
    small = tf.keras.initializers.RandomNormal(stddev=0.05)
    heat = of.Conv2D(2, 1, activation="sigmoid", kernel_initializer=small)(convolved(x, 16))
    peaks = of.Lambda(
        lambda map_: tf.where(tf.equal(map_, tf.nn.max_pool2d(map_, 3, 1, "SAME")), map_, tf.zeros_like(map_))
    )(heat)
    return [peaks, of.Conv2D(2, 1)(x)]
