"""A model's inputs and outputs without its weights: what a Runefile is checked against, also in a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypedDict

from rune.model.tflite.errors import ModelError
from rune.model.tflite.meaning.description import (
    NOTHING,
    DescribedTensor,
    DescribedTensorJson,
    described_from_json,
    described_input,
    described_to_json,
)
from rune.model.tflite.meaning.probabilities import gives_probabilities
from rune.model.tflite.model import Model, Tensor
from rune.tensor import ElementType, TensorType
from rune.wording import quoted

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


def is_wrong_in_pages(op: str, types: str) -> bool:
    """The same of an op and its types, as reports tell of them."""
    return op == "BATCH_MATMUL" and types.startswith("float32 and int8 weights")


class UnsupportedOpJson(TypedDict):
    """An op that cannot be compiled, and how often a model has it."""

    op: str
    types: str
    count: int


class SignatureTensorJson(TypedDict):
    """One input or output of a model's signature."""

    name: str
    element: str
    dimensions: list[int]
    scale: float | None
    zero_point: int | None
    is_probability: bool
    described: DescribedTensorJson


class ModelSignatureJson(TypedDict):
    """A model's inputs and outputs without its weights, in the form in which the language takes them."""

    inputs: list[SignatureTensorJson]
    outputs: list[SignatureTensorJson]
    unsupported: list[UnsupportedOpJson]


@dataclass(frozen=True)
class UnsupportedOp:
    """An op that Anvil lacks with these types (`int8`, or several joined by commas), and how often a model has it."""

    op: str
    types: str
    count: int

    def __str__(self) -> str:
        times = "" if self.count == 1 else f" ({self.count} times)"
        return f"{self.op} with {self.types}{times}"

    @property
    def is_wrong_in_pages(self) -> bool:
        """Whether LiteRT.js, which runs what is not compiled in pages, silently gives wrong numbers for it."""
        return is_wrong_in_pages(self.op, self.types)

    def to_json(self) -> UnsupportedOpJson:
        return {"op": self.op, "types": self.types, "count": self.count}


@dataclass(frozen=True)
class ModelTensor:
    """One input or output. Scale and zero point are set together, for a tensor that is quantised as a whole.

    The values of one that `is_probability` are, once dequantised, probabilities from 0 to 1.
    """

    name: str
    type: TensorType
    scale: float | None = None
    zero_point: int | None = None
    is_probability: bool = False
    description: DescribedTensor = NOTHING


@dataclass(frozen=True)
class ModelSignature:
    """The inputs and outputs in the order in which a Runefile's model stage takes and gives them.

    `unsupported` is why a rune's host runs the model; empty where it is compiled, or where nobody looked.
    """

    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]
    unsupported: tuple[UnsupportedOp, ...] = ()


def signature(model: Model) -> ModelSignature:
    """The inputs and outputs of a model. Raises `ModelError` for a kind of element that a Runefile does not have."""
    return ModelSignature(
        tuple(
            replace(_model_tensor(model.tensors[index], "input"), description=described_input(model, position))
            for position, index in enumerate(model.inputs)
        ),
        tuple(
            replace(
                _model_tensor(model.tensors[index], "output"),
                is_probability=gives_probabilities(model, index),
                description=DescribedTensor(labels=model.notes.of(position, is_input=False).labels),
            )
            for position, index in enumerate(model.outputs)
        ),
    )


def to_json(signature: ModelSignature) -> ModelSignatureJson:
    """Returns the signature as JSON; `from_json` takes it back."""
    return {
        "inputs": [_tensor_to_json(tensor) for tensor in signature.inputs],
        "outputs": [_tensor_to_json(tensor) for tensor in signature.outputs],
        "unsupported": [each.to_json() for each in signature.unsupported],
    }


def from_json(value: Json) -> ModelSignature:
    """Reads a signature from JSON. Raises `ModelError` when it is not what `to_json` writes."""
    if not isinstance(value, Mapping):
        raise ModelError("A model's signature must be a JSON object")
    return ModelSignature(
        _tensors_from_json(value.get("inputs")),
        _tensors_from_json(value.get("outputs")),
        _unsupported_from_json(value.get("unsupported", ())),
    )


def _model_tensor(tensor: Tensor, role: str) -> ModelTensor:
    kind = tensor.type
    if kind is None:
        raise ModelError(
            f"The model's {role} {quoted(tensor.name)} has elements of kind {tensor.kind.name}, "
            "which a Runefile cannot name"
        )
    return ModelTensor(tensor.name, kind, tensor.scale, tensor.zero_point)


def _tensor_to_json(tensor: ModelTensor) -> SignatureTensorJson:
    return {
        "name": tensor.name,
        "element": tensor.type.element.value,
        "dimensions": list(tensor.type.dimensions),
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
        "is_probability": tensor.is_probability,
        "described": described_to_json(tensor.description),
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
    is_probability = value.get("is_probability", False) is True
    description = described_from_json(value.get("described"))
    return ModelTensor(name, kind, None if scale is None else float(scale), zero_point, is_probability, description)


def _unsupported_from_json(value: Json) -> tuple[UnsupportedOp, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ModelError("A model's signature must list its unsupported operators")
    operators = []
    for each in value:
        fields: Mapping[str, Json] = each if isinstance(each, Mapping) else {}
        op, types, count = fields.get("op"), fields.get("types"), fields.get("count")
        if not isinstance(op, str) or not isinstance(types, str) or not isinstance(count, int):
            raise ModelError("An unsupported operator of a model's signature must have a name, types and a count")
        operators.append(UnsupportedOp(op, types, count))
    return tuple(operators)
