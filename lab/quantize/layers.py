"""The layers of a model as people name them: an operator of the file each, in the order in which they run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lab.refusal import Reason, Refused
from rune.model.tflite import Model, TensorKind
from rune.model.tflite.layer_names import layer_of_tensor
from rune.wording import plain, quoted

ONLY_SHAPES = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "QUANTIZE", "DEQUANTIZE"})
"""Operators that compute nothing."""


@dataclass(frozen=True)
class Layer:
    """One operator: a name for people, what it computes, and the name of the tensor that it gives."""

    name: str
    op: str
    tensor: str


def layers_of(model: Model) -> tuple[Layer, ...]:
    """The layers that compute floats. Names are unique: the second `conv2d` is `conv2d (2)`."""
    names: Counter[str] = Counter()
    layers: list[Layer] = []
    tensor_names: set[str] = set()
    for operator in model.operators:
        output = next(iter(operator.outputs), -1)
        if output < 0 or operator.op in ONLY_SHAPES or model.tensors[output].kind is not TensorKind.FLOAT32:
            continue
        tensor = model.tensors[output].name
        if tensor in tensor_names:
            continue
        tensor_names.add(tensor)
        name = layer_of_tensor(tensor) or operator.op.lower()
        names[name] += 1
        layers.append(Layer(name if names[name] == 1 else f"{name} ({names[name]})", operator.op, tensor))
    return tuple(layers)


def tensors_of(layers: Sequence[Layer], names: Sequence[str]) -> tuple[str, ...]:
    """The tensors of the layers with these names. Raises `Refused` for a name that no layer has."""
    by_name = {layer.name: layer.tensor for layer in layers}
    for name in names:
        if name not in by_name:
            layer_names = ", ".join(plain(one) for one in list(by_name)[:20])
            raise Refused(Reason.NOT_CONVERTED, f"The model has no layer {quoted(name)}. Its layers: {layer_names}.")
    return tuple(by_name[name] for name in names)
