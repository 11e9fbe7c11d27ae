"""Writes the small network of these tests as Keras and its converter write it: `PYTHON make_models.py`.

PYTHON is that of the TensorFlow environment. Weights are seeded. One filter of the depthwise layer is 40 times as large
as the others, so that one scale for all of them is too coarse.
"""

from __future__ import annotations

from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

FOLDER = Path(__file__).resolve().parent
CLASSES = 3


def network() -> keras.Model:
    """Frames of features in, three classes out."""
    keras.utils.set_random_seed(11)
    source = keras.Input((12, 6), name="frames")
    value = layers.Reshape((12, 6, 1), name="picture")(source)
    value = layers.Conv2D(8, 3, padding="same", activation="relu", name="first")(value)
    value = layers.DepthwiseConv2D(3, padding="same", activation="relu", name="wide")(value)
    value = layers.Conv2D(8, 1, activation="relu", name="mixing")(value)
    value = layers.GlobalAveragePooling2D(name="mean")(value)
    return keras.Model(source, layers.Dense(CLASSES, activation="softmax", name="classes")(value))


def main() -> None:
    model = network()
    wide = model.get_layer("wide")
    kernel, bias = wide.get_weights()
    kernel[..., 0, 0] *= 40
    wide.set_weights([kernel, bias])
    model.save(FOLDER / "network.keras")
    model.save(FOLDER / "network.h5")
    (FOLDER / "network.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


if __name__ == "__main__":
    main()
