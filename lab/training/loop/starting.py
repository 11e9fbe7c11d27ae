"""A network that begins with the weights of a file. Plain Keras: exported scripts contain this file as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras


def starting_network(path: Path, shape: tuple[int, ...], classes: int, batch: int | None, learned_layers: int) -> Any:
    """The network of a file for inputs of `shape`, which may lack dimensions of 1. Its last Dense layer answers with a
    share for each class: it keeps its weights where it has as many outputs. Of the layers with weights the last
    `learned_layers` learn, all of them for 0."""
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    own = tuple(model.inputs[0].shape[1:])
    source = keras.Input(own, batch)
    inputs = keras.tree.map_structure(lambda _: source, model.input)  # one, a list of one, or one with a name
    network = keras.models.clone_model(model, inputs, clone_function=_without_penalties)
    network.set_weights(model.get_weights())
    last = last_dense(network)
    head = keras.layers.Dense(classes, activation="softmax", name="shares")
    network = keras.Model(network.inputs[0], head(last.input))
    if last.units == classes:
        head.set_weights(last.get_weights())
    network.trainable = True
    with_weights = [each for each in network.layers if each.weights]
    for each in with_weights[:-learned_layers] if learned_layers else []:
        each.trainable = False
    if own == tuple(shape):
        return network
    source = keras.Input(shape, batch)
    return keras.Model(source, network(keras.layers.Reshape(own)(source)))


def last_dense(network: Any) -> Any:
    """The last layer with weights, if it is a Dense one of a vector with nothing but a softmax behind it. Raises
    `ValueError` for another one."""
    behind = list(network.layers)
    while behind and not behind[-1].weights and _is_softmax(behind[-1]):
        behind.pop()
    last = behind[-1] if behind else None
    if not isinstance(last, keras.layers.Dense) or len(last.input.shape) != 2:
        raise ValueError("it does not end with a Dense layer of a vector, and at most a softmax behind it")
    return last


def _is_softmax(layer: Any) -> bool:
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    return isinstance(layer, keras.layers.Softmax) or (isinstance(layer, keras.layers.Activation) and name == "softmax")


def _without_penalties(layer: Any) -> Any:
    """The layer without what Keras would add to the loss, which no file for devices has."""
    config = layer.get_config()
    config |= {name: None for name in config if name.endswith(("_regularizer", "_constraint"))}
    return layer.__class__.from_config(config)
