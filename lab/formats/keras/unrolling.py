"""Unrolls the recurrent layers of a loaded Keras model while it is converted.

TensorFlow's converter makes a loop of a recurrent layer, whose numbers the quantiser cannot measure. Without a loop
every step is made of operators that it knows, as in a converted ONNX model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

MOST_STEPS: Final = 128
"""The most steps of all recurrent layers together; a bidirectional layer has two layers. The layers of a model with
more steps stay loops, which are computed as floats."""


@contextmanager
def unrolled(model: Any) -> Iterator[None]:
    """Inside the context, a call of the model computes its recurrent layers without loops. All layers keep their loops
    if they have more than `MOST_STEPS` or an open number of steps. A layer with a state between calls keeps its own."""
    recurrent = list(_recurrent(model))
    layers = []
    if sum(steps for _, steps in recurrent) <= MOST_STEPS:
        layers = [layer for layer, _ in recurrent if not layer.unroll and not layer.stateful]
    for layer in layers:
        layer.unroll = True
    try:
        yield
    finally:
        for layer in layers:
            layer.unroll = False


def _recurrent(model: Any) -> Iterator[tuple[Any, float]]:
    """Yields the recurrent layers of a model and of the models in it, each with its steps."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _recurrent(layer)
        elif isinstance(layer, keras.layers.Bidirectional):
            yield layer.forward_layer, _steps(layer)
            yield layer.backward_layer, _steps(layer)
        elif isinstance(layer, keras.layers.RNN):
            yield layer, _steps(layer)


def _steps(layer: Any) -> float:
    """Returns the sum of the steps of all uses of a layer, infinity if the number is open."""
    sizes = [node.input_tensors[0].shape[1] for node in layer._inbound_nodes]
    return math.inf if None in sizes else sum(sizes)
