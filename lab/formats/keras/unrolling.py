"""Recurrent layers of a loaded Keras model without their loops, for as long as a conversion lasts.

TensorFlow's converter makes a loop of a recurrent layer, whose numbers the quantiser cannot measure. Without a loop
every step is made of operators that it knows, as in a converted ONNX model.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

MOST_STEPS: Final = 128
"""Of all recurrent layers together. Those of a model with more stay loops, which are computed as floats."""


@contextmanager
def unrolled(model: Any) -> Iterator[None]:
    """Inside, a call of the model computes its recurrent layers without a loop, if they have few steps."""
    recurrent = list(_recurrent(model))
    steps = [each for _, each in recurrent]
    layers = [layer for layer, _ in recurrent if not layer.unroll and not layer.stateful]
    if None in steps or sum(each or 0 for each in steps) > MOST_STEPS:
        layers = []
    for layer in layers:
        layer.unroll = True
    try:
        yield
    finally:
        for layer in layers:
            layer.unroll = False


def _recurrent(model: Any) -> Iterator[tuple[Any, int | None]]:
    """The recurrent layers of a model and of the models in it, with the steps of all uses; None where they are open."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _recurrent(layer)
        elif isinstance(layer, keras.layers.Bidirectional):
            yield layer.forward_layer, _steps(layer)
            yield layer.backward_layer, _steps(layer)
        elif isinstance(layer, keras.layers.RNN):
            yield layer, _steps(layer)


def _steps(layer: Any) -> int | None:
    sizes = [node.input_tensors[0].shape[1] for node in layer._inbound_nodes]
    return None if None in sizes else sum(sizes)
