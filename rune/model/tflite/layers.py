"""A model as a drawing shows it: its operators in order, what flows between them, and how its numbers are kept.

As JSON, and without any weight. What is computed with what is said by `describe`; this says where.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Literal, TypedDict

from rune.model.tflite.describe import element_kind, operator_types
from rune.model.tflite.model import Model, Operator, Tensor

OPERATORS_DRAWN: Final = 2_000
"""The most operators that are listed."""
_LONGEST_NAME: Final = 120


Scheme = Literal["per tensor", "per channel", "other", "none"]
"""How numbers are quantised: the whole tensor alike, by channel, otherwise, or not."""
OptionJson = bool | float | str | list[float]
"""An option of an operator, as a plain value."""


class LayerJson(TypedDict):
    """One operator. `reads` says where what flows in comes from: the index of a layer, or -1 - n for the input n."""

    op: str
    types: str
    reads: list[int]
    inputs: list[str]
    outputs: list[str]
    name: str
    weights_size: int
    weights: list[str]
    quantisation: Scheme | None
    options: dict[str, OptionJson]


class DrawnInputJson(TypedDict):
    """A model's input."""

    name: str
    shape: str


DrawnOutputJson = TypedDict("DrawnOutputJson", {"name": str, "shape": str, "from": int | None})
"""A model's output; `from` is the layer that gives it."""


class ModelGraphJson(TypedDict):
    """A model's drawing; not complete for one with more operators than are drawn."""

    nodes: list[LayerJson]
    inputs: list[DrawnInputJson]
    outputs: list[DrawnOutputJson]
    complete: bool


class QuantisationJson(TypedDict):
    """The number of a model's tensors that are kept in each way."""

    per_tensor: int
    per_channel: int
    other: int
    none: int
    channels: int


def layers(model: Model) -> ModelGraphJson:
    """The data of a model's drawing.

    `nodes` are the operators in the order in which they run. A node's `reads` say where each tensor that flows into it
    comes from: the index of a node, or `-1 - n` for the model's input `n`. `complete` is False for a model with more
    operators than are drawn.
    """
    writer: dict[int, int] = {tensor: -1 - place for place, tensor in enumerate(model.inputs)}
    nodes: list[LayerJson] = []
    for index, operator in enumerate(model.operators[:OPERATORS_DRAWN]):
        nodes.append(_node(model, operator, writer))
        writer.update(dict.fromkeys(operator.outputs, index))
    return {
        "nodes": nodes,
        "inputs": [_end(model.tensors[index]) for index in model.inputs],
        "outputs": [{**_end(model.tensors[index]), "from": writer.get(index)} for index in model.outputs],
        "complete": len(model.operators) <= OPERATORS_DRAWN,
    }


def quantisation(model: Model) -> QuantisationJson:
    """Counts how a model's tensors are kept: quantised as a whole, by channel, otherwise, or not."""
    tensors = [tensor for tensor in model.tensors if tensor.count]
    kinds = Counter(_scheme(tensor) for tensor in tensors)
    return {
        "per_tensor": kinds["per tensor"],
        "per_channel": kinds["per channel"],
        "other": kinds["other"],
        "none": kinds["none"],
        "channels": max((_channels(tensor) for tensor in tensors), default=0),
    }


def live_bytes(model: Model) -> int:
    """The most bytes that tensors between operators have at one time, in the order of the operators.

    A tensor without a fixed size counts as nothing.
    """
    last: dict[int, int] = {}
    first: dict[int, int] = dict.fromkeys(model.inputs, 0)
    for place, operator in enumerate(model.operators):
        for tensor in operator.inputs:
            last[tensor] = place
        for tensor in operator.outputs:
            first.setdefault(tensor, place)
    last.update(dict.fromkeys(model.outputs, len(model.operators)))
    change: Counter[int] = Counter()
    for tensor, start in first.items():
        if tensor >= 0 and model.tensors[tensor].data is None:
            size = _bytes(model.tensors[tensor])
            change[start] += size
            change[last.get(tensor, start) + 1] -= size
    most = now = 0
    for place in sorted(change):
        now += change[place]
        most = max(most, now)
    return most


def _node(model: Model, operator: Operator, writer: Mapping[int, int]) -> LayerJson:
    input_indices = [index for index in operator.inputs if index >= 0]
    constants = [model.tensors[index] for index in input_indices if model.tensors[index].data is not None]
    return {
        "op": operator.op,
        "types": operator_types(model, operator),
        "reads": [writer[index] for index in input_indices if index in writer],
        "inputs": [_shape(model.tensors[index]) for index in input_indices if model.tensors[index].data is None],
        "outputs": [_shape(model.tensors[index]) for index in operator.outputs if index >= 0],
        "name": _name(model, operator),
        "weights_size": sum(len(tensor.data) for tensor in constants if tensor.data is not None),
        "weights": [_shape(tensor) for tensor in constants],
        "quantisation": _node_scheme(constants),
        "options": _options(operator),
    }


def _name(model: Model, operator: Operator) -> str:
    name = next((model.tensors[index].name for index in operator.outputs if index >= 0), "")
    # Converters join the names of all that they merged; the last one is what the layer does.
    return name.split(";")[-1][-_LONGEST_NAME:]


def _node_scheme(constants: list[Tensor]) -> Scheme | None:
    """Returns how the weights are kept: the scheme of the largest constant."""
    largest = max(constants, key=lambda tensor: tensor.count, default=None)
    return None if largest is None or largest.quantization is None else _scheme(largest)


def _scheme(tensor: Tensor) -> Scheme:
    quantization = tensor.quantization
    if quantization is None:
        return "none"
    if quantization.scheme or not quantization.scales:
        return "other"
    return "per tensor" if len(quantization.scales) == 1 else "per channel"


def _channels(tensor: Tensor) -> int:
    return len(tensor.quantization.scales) if _scheme(tensor) == "per channel" and tensor.quantization else 0


def _shape(tensor: Tensor) -> str:
    if tensor.type is not None:
        return str(tensor.type)
    return f"{element_kind(tensor.kind)}[{', '.join(str(side) for side in tensor.shape)}]"


def _end(tensor: Tensor) -> DrawnInputJson:
    return {"name": tensor.name[-_LONGEST_NAME:], "shape": _shape(tensor)}


def _bytes(tensor: Tensor) -> int:
    return (tensor.count * (tensor.kind.bits or 0) + 7) // 8


def _options(operator: Operator) -> dict[str, OptionJson]:
    """Returns the options of the operator, as plain values, without the default ones."""
    options: dict[str, Any]
    if dataclasses.is_dataclass(operator.options):
        options = {field.name: getattr(operator.options, field.name) for field in dataclasses.fields(operator.options)}
    else:
        options = dict(operator.options) if isinstance(operator.options, Mapping) else {}
    plain_options: dict[str, OptionJson] = {}
    for name, value in sorted(options.items()):
        plain = value.name if isinstance(value, Enum) else list(value) if isinstance(value, tuple) else value
        if plain not in (None, False, "NONE", []) and not isinstance(plain, bytes | memoryview):
            plain_options[str(name)] = plain if isinstance(plain, bool | int | float | str | list) else str(plain)
    return plain_options
