"""Batch normalisation with fewer operators of TensorFlow: a step that has fewer is compiled sooner, and the first epoch
of a small network takes less time than compiling. Plain Keras: exported scripts contain this file as it is."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


def fuse_normalisations(model: Any) -> None:
    """Lets the batch normalisations of a model that is trained compute their gradient by a formula, where they have the
    usual form: TensorFlow derives one with more operators. It changes what the layers call, not what they are: a copy
    or a saved model has plain ones."""
    for layer in model.layers:
        if type(layer) is keras.layers.BatchNormalization and _is_usual(layer):
            layer.call = _Normalisation(layer, layer.call)


class _Normalisation:
    """The function of a layer of batch normalisation, with a gradient by a formula in training."""

    def __init__(self, layer: Any, plain: Any) -> None:
        self._layer = layer
        self._plain = plain

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        layer = self._layer
        if not training or not layer.trainable or mask is not None:
            return self._plain(inputs, training=training, mask=mask)
        outputs, mean, variance = _normalised(inputs, layer.gamma.value, layer.beta.value, layer.epsilon)
        for moving, current in ((layer.moving_mean.value, mean), (layer.moving_variance.value, variance)):
            moving.assign_sub((moving - current) * (1.0 - layer.momentum), read_value=False)
        return outputs


def _normalised(inputs: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Inputs with mean 0 and variance 1 in each channel, by `gamma` and with `beta` added; and the mean and variance
    that they had. Equations: Ioffe and Szegedy 2015, section 3."""
    axes = tf.range(3)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def normalised(inputs: Any, gamma: Any, beta: Any) -> Any:
        mean = tf.reduce_mean(inputs, axes)
        centred = inputs - mean
        variance = tf.reduce_mean(tf.square(centred), axes)
        inverse = tf.math.rsqrt(variance + epsilon)
        scale = inverse * gamma

        def gradients(outputs: Any, *_statistics: Any) -> tuple[Any, Any, Any]:
            by_beta = tf.reduce_sum(outputs, axes)
            by_gamma = tf.reduce_sum(outputs * centred, axes) * inverse
            share = scale / tf.cast(tf.size(inputs) // tf.size(gamma), tf.float32)
            by_inputs = outputs * scale - centred * (share * by_gamma * inverse) - share * by_beta
            return by_inputs, by_gamma, by_beta

        return (centred * scale + beta, mean, variance), gradients

    normal: tuple[Any, Any, Any] = normalised(inputs, gamma, beta)
    return normal


def _is_usual(layer: Any) -> bool:
    """Returns whether it normalises the channels of pictures, with a factor and an offset of its own."""
    return bool(
        layer.input_spec.ndim == 4
        and layer.axis in (-1, 3)
        and layer.scale
        and layer.center
        and not layer.renorm
        and not layer.synchronized
        and layer.compute_dtype == "float32"
    )
