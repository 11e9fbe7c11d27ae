"""A model's inputs and outputs without its weights: what a Runefile is checked against, also in a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rune.tensor import ElementType, TensorType
from rune.tflite.errors import ModelError
from rune.tflite.model import Model, Tensor
from rune.wording import quoted

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True)
class ModelTensor:
    """One input or output. Scale and zero point are set together, for a tensor that is quantised as a whole."""

    name: str
    type: TensorType
    scale: float | None = None
    zero_point: int | None = None


@dataclass(frozen=True)
class ModelSignature:
    """In the order in which a Runefile's model stage takes and gives them."""

    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]


def signature(model: Model) -> ModelSignature:
    """The inputs and outputs of a model. Raises `ModelError` for a kind of element that a Runefile does not have."""
    return ModelSignature(
        tuple(_model_tensor(model.tensors[index], "input") for index in model.inputs),
        tuple(_model_tensor(model.tensors[index], "output") for index in model.outputs),
    )


def to_json(signature: ModelSignature) -> dict[str, Json]:
    """As JSON; `from_json` takes it back."""
    return {
        "inputs": [_tensor_to_json(tensor) for tensor in signature.inputs],
        "outputs": [_tensor_to_json(tensor) for tensor in signature.outputs],
    }


def from_json(value: Json) -> ModelSignature:
    """Back from JSON. Raises `ModelError` when it is not what `to_json` writes."""
    if not isinstance(value, Mapping):
        raise ModelError("A model's signature must be a JSON object")
    return ModelSignature(_tensors_from_json(value.get("inputs")), _tensors_from_json(value.get("outputs")))


def _model_tensor(tensor: Tensor, role: str) -> ModelTensor:
    kind = tensor.type
    if kind is None:
        raise ModelError(
            f"The model's {role} {quoted(tensor.name)} has elements of kind {tensor.kind.name}, "
            "which a Runefile cannot name"
        )
    return ModelTensor(tensor.name, kind, tensor.scale, tensor.zero_point)


def _tensor_to_json(tensor: ModelTensor) -> dict[str, Json]:
    return {
        "name": tensor.name,
        "element": tensor.type.element.value,
        "dimensions": list(tensor.type.dimensions),
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
    }


def _tensors_from_json(value: Json) -> tuple[ModelTensor, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ModelError("A model's signature must list its inputs and outputs")
    return tuple(_tensor_from_json(item) for item in value)


def _tensor_from_json(value: Json) -> ModelTensor:
    if not isinstance(value, Mapping):
        raise ModelError("A tensor of a model's signature must be a JSON object")
    name, element, dimensions = value.get("name"), value.get("element"), value.get("dimensions")
    scale, zero_point = value.get("scale"), value.get("zero_point")
    if not isinstance(name, str) or not isinstance(dimensions, Sequence) or isinstance(dimensions, str):
        raise ModelError("A tensor of a model's signature must have a name and dimensions")
    sizes = tuple(size for size in dimensions if isinstance(size, int) and not isinstance(size, bool) and size >= 0)
    if len(sizes) != len(dimensions):
        raise ModelError(f'The dimensions of "{name}" must be whole numbers')
    if scale is not None and (not isinstance(scale, (int, float)) or isinstance(scale, bool)):
        raise ModelError(f'The scale of "{name}" must be a number')
    if zero_point is not None and (not isinstance(zero_point, int) or isinstance(zero_point, bool)):
        raise ModelError(f'The zero point of "{name}" must be a whole number')
    try:
        kind = TensorType(ElementType(element), sizes)
    except ValueError:
        raise ModelError(f'"{name}" has elements of an unknown type') from None
    return ModelTensor(name, kind, None if scale is None else float(scale), zero_point)
