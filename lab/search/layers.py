"""Stands in for Keras where a network is only drawn: layers give their shapes, and nothing is computed or learned.

It has the layers that networks of recipes use, with the arguments that they use, and the names of Keras. A network
that uses another one fails by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from types import SimpleNamespace
from typing import Any

from lab.training.compression.widths import remaining_channels

Shape = tuple[int, ...]
LayerCall = Callable[["LayerTensor"], "LayerTensor"]


@dataclass(frozen=True)
class LayerTensor:
    """The output of a layer. `op` is the operator of a converted model, `settings` are its options."""

    op: str
    shape: Shape
    source: LayerTensor | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def network_of(source: str, shape: Shape, classes: int, options: Mapping[str, Any]) -> LayerTensor:
    """The output of the network that a recipe's `network.py` builds, for a batch of 1."""
    result: LayerTensor = network_names(source)["network"](shape, classes, 1, **options)
    return result


def network_names(source: str) -> Mapping[str, Any]:
    """The functions and constants of a recipe's `network.py` by name, without Keras. `augmented`, which is NumPy alone,
    computes what it computes in training."""
    space: dict[str, Any] = {"__name__": "network", "__builtins__": {**_builtins(), "__import__": _import}}
    exec(compile(source, "network.py", "exec"), space)  # noqa: S102 (a source of our own)
    return space


def operators(output: LayerTensor) -> list[LayerTensor]:
    """All tensors from the input to an output, in the order in which they are computed."""
    chain = [output]
    while chain[-1].source is not None:
        chain.append(chain[-1].source)
    return chain[::-1]


_MIXING = ("CONV_2D", "FULLY_CONNECTED")
"""Operators that have channels of their own. The last one of a network gives the answer."""


def narrowed(tensors: Sequence[LayerTensor], share: float) -> list[LayerTensor]:
    """The same operators without a share of the channels of each layer, as training removes them."""
    if not share:
        return list(tensors)
    mixing = [place for place, each in enumerate(tensors) if each.op in _MIXING]
    narrow = [tensors[0]]
    for place, tensor in enumerate(tensors[1:], 1):
        before, incoming = tensors[place - 1].shape, narrow[-1].shape
        channels = tensor.shape[-1]
        if place in mixing:
            channels = channels if place == mixing[-1] else remaining_channels(channels, share)
        elif channels == before[-1]:
            channels = incoming[-1]
        elif incoming != before:
            channels = channels // before[-1] * incoming[-1]  # a picture or a time becomes a vector
        narrow.append(replace(tensor, shape=(*tensor.shape[:-1], channels), source=narrow[-1]))
    return narrow


def _input(shape: Shape, batch: int) -> LayerTensor:
    return LayerTensor("INPUT", (batch, *shape))


def _reshape(target: Shape) -> LayerCall:
    return lambda x: LayerTensor("RESHAPE", (x.shape[0], *target), x)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _conv(filters: int, kernel: Any, strides: Any = 1, *, padding: str = "valid", use_bias: bool = True) -> LayerCall:
    del use_bias  # a converted convolution has one in any case
    settings = {"kernel": _pair(kernel), "strides": _pair(strides), "padding": padding, "relu": False}
    return lambda x: LayerTensor("CONV_2D", (x.shape[0], *_places(x.shape, settings), filters), x, settings)


def _depthwise(kernel: Any, strides: Any = 1, *, padding: str = "valid", use_bias: bool = True) -> LayerCall:
    del use_bias  # a converted convolution has one in any case
    settings = {"kernel": _pair(kernel), "strides": _pair(strides), "padding": padding, "relu": False}
    return lambda x: LayerTensor(
        "DEPTHWISE_CONV_2D", (x.shape[0], *_places(x.shape, settings), x.shape[-1]), x, settings
    )


def _pooling(size: Any) -> LayerCall:
    settings = {"kernel": _pair(size), "strides": _pair(size), "padding": "valid"}
    return lambda x: LayerTensor("AVERAGE_POOL_2D", (x.shape[0], *_places(x.shape, settings), x.shape[-1]), x, settings)


def _places(shape: Shape, settings: Mapping[str, Any]) -> Shape:
    """Height and width of what a window gives that moves over a picture."""
    sizes = zip(shape[1:3], settings["kernel"], settings["strides"], strict=True)
    if settings["padding"] == "same":
        return tuple(-(-length // stride) for length, _, stride in sizes)
    return tuple((length - size) // stride + 1 for length, size, stride in sizes)


def _relu() -> LayerCall:
    """The converter computes it in the layer before it."""
    return lambda x: replace(x, settings={**x.settings, "relu": True})


def _identity(*_arguments: Any, **_options: Any) -> LayerCall:
    """A layer that is gone in a converted model: dropout, and a normalisation that became weights and bias."""
    return lambda x: x


def _dense(units: int, *, activation: str | None = None) -> LayerCall:
    def call(x: LayerTensor) -> LayerTensor:
        if x.op == "RESHAPE" and x.source is not None and x.source.shape[-1] == x.shape[-1]:
            x = x.source  # the converter drops it: the operator reads all dimensions but the last as one
        dense = LayerTensor("FULLY_CONNECTED", (x.shape[0], units), x, {"relu": activation == "relu"})
        return LayerTensor("SOFTMAX", dense.shape, dense) if activation == "softmax" else dense

    return call


def _gru(units: int, *, reset_after: bool, unroll: bool) -> LayerCall:
    """A layer whose steps are written out, as those of a batch of 1 are."""
    if reset_after or not unroll:
        raise ValueError("a GRU is drawn with reset_after=False and unroll=True")

    def call(x: LayerTensor) -> LayerTensor:
        while x.op == "RESHAPE" and x.source is not None and x.source.shape[-1] == x.shape[-1]:
            x = x.source  # the converter drops it: the layer has a reshape of its own
        return LayerTensor("GRU", (x.shape[0], units), x)

    return call


def _softmax() -> LayerCall:
    return lambda x: LayerTensor("SOFTMAX", x.shape, x)


def _model(source: LayerTensor, output: LayerTensor) -> LayerTensor:
    if prod(source.shape) < 1:
        raise ValueError("a network needs an input")
    return output


KERAS = SimpleNamespace(
    Input=_input,
    Model=_model,
    layers=SimpleNamespace(
        AveragePooling2D=_pooling,
        BatchNormalization=_identity,
        Conv2D=_conv,
        Dense=_dense,
        DepthwiseConv2D=_depthwise,
        Dropout=_identity,
        GRU=_gru,
        ReLU=_relu,
        Reshape=_reshape,
        Softmax=_softmax,
    ),
)
"""The modules that a network imports as `keras`."""


def _import(name: str, *arguments: Any) -> Any:
    return KERAS if name == "keras" else __import__(name, *arguments)


def _builtins() -> Mapping[str, Any]:
    import builtins

    return vars(builtins)
