"""Removes channels of a network that has learned: whole filters, so that the compiler has less to store and compute.
Plain Keras and NumPy: exported scripts contain this file.

The number of channels that a layer keeps follows from its width alone, so what the network needs on a device is known
before it learns. Which channels it keeps follows from the weights: those that the next layer hears least go.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from lab.training.compression.widths import remaining_channels

_ANSWERING = ("Conv2D", "Dense")
"""Layers that mix channels. The last one of a network gives the answer, and keeps all of its outputs."""
_BY_CHANNEL = ("BatchNormalization", "DepthwiseConv2D")
"""Layers with weights that treat each channel on its own."""


def pruned(model: Any, share: float) -> Any:
    """A network without a share of the channels of each layer, with the weights of those that stay.

    `model` is a chain of layers. Raises `ValueError` for a layer that no recipe uses."""
    layers = model.layers[1:]
    mixing = [place for place, layer in enumerate(layers) if _kind(layer) in _ANSWERING]
    source = keras.Input(model.input_shape[1:], model.input_shape[0])
    x, weights = source, []
    remaining: Any = None
    for place, layer in enumerate(layers):
        config = layer.get_config()
        incoming = remaining
        if place in mixing[:-1]:
            count = remaining_channels(layer.output.shape[-1], share)
            remaining = _strongest(layers[place : mixing[mixing.index(place) + 1] + 1], count)
            config["filters" if _kind(layer) == "Conv2D" else "units"] = count
        elif place in mixing:
            remaining = None
        elif _kind(layer) == "Reshape":
            remaining, config["target_shape"] = _reshaped(layer, remaining)
        weights += _weights(layer, incoming, remaining)
        x = type(layer).from_config(config)(x)
    smaller = keras.Model(source, x)
    smaller.set_weights(weights)
    return smaller


def _kind(layer: Any) -> str:
    return str(type(layer).__name__)


def _weights(layer: Any, incoming: Any, remaining: Any) -> list[Any]:
    """The arrays of a layer, for its incoming channels and those that remain; None for all of them."""
    arrays = layer.get_weights()
    if not arrays:
        return []
    if _kind(layer) in _BY_CHANNEL:
        if incoming is None:
            return list(arrays)
        # The kernel of a depthwise convolution has one number for each place, channel and output of it.
        return [each[:, :, incoming] if each.ndim == 4 else each[incoming] for each in arrays]
    if _kind(layer) not in _ANSWERING:
        raise ValueError(f"Channels cannot be removed around a layer {_kind(layer)}.")
    if incoming is not None:
        arrays[0] = np.take(arrays[0], incoming, axis=-2)
    return list(arrays) if remaining is None else [each[..., remaining] for each in arrays]


def _reshaped(layer: Any, remaining: Any) -> tuple[Any, Any]:
    """The places that are remaining behind a `Reshape`, and its target."""
    before, after = layer.input.shape[1:], layer.output.shape[1:]
    if remaining is None:
        return None, after
    if before[-1] == after[-1]:
        return remaining, (*after[:-1], len(remaining))
    # A picture or a time becomes a vector: each of its places has all channels, one after the other.
    places = np.arange(int(np.prod(before[:-1])))[:, None] * before[-1] + np.asarray(remaining)[None]
    return places.ravel(), (places.size,)


def _strongest(layers: Any, count: int) -> Any:
    """The places of the channels that matter most to the next layer, i64 [count], rising.

    `layers` begin with the one that has the channels and end with the next one that mixes them. A channel matters as
    much as it varies, times the weights by which the next layer takes it up. Behind a normalisation it varies by its
    scale; without one, by its own weights."""
    first, last = layers[0], layers[-1]
    channels = first.output.shape[-1]
    scales = [layer.get_weights()[0] for layer in layers if _kind(layer) == "BatchNormalization"]
    if scales:
        varies = np.abs(scales[-1])
    else:
        varies = np.linalg.norm(first.get_weights()[0].reshape(-1, channels), axis=0)
    uptake = np.moveaxis(last.get_weights()[0], -2, -1)  # what it takes up is the last axis
    squares = np.square(uptake).reshape(-1, channels).sum(axis=0)  # of a vector, at all places
    return np.sort(np.argsort(-varies * np.sqrt(squares), kind="stable")[:count])
