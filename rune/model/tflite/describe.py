"""The description of a model: its inputs, outputs, ops and sizes, as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Final, TypedDict

from rune.model.tflite.model import Model, Operator, Tensor, TensorKind
from rune.model.tflite.signature import is_wrong_in_pages

_WITH_WEIGHTS: Final = (
    "BATCH_MATMUL",
    "CONV_2D",
    "CONV_3D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "TRANSPOSE_CONV",
)

_ELEMENT_KINDS: Final = {
    TensorKind.FLOAT32: "Float32",
    TensorKind.FLOAT16: "Float16",
    TensorKind.FLOAT64: "Float64",
    TensorKind.INT8: "Int8",
    TensorKind.INT16: "Int16",
    TensorKind.INT32: "Int32",
    TensorKind.INT64: "Int64",
    TensorKind.UINT8: "UInt8",
    TensorKind.UINT16: "UInt16",
    TensorKind.UINT32: "UInt32",
    TensorKind.UINT64: "UInt64",
    TensorKind.INT2: "Int2",
    TensorKind.INT4: "Int4",
    TensorKind.UINT4: "UInt4",
    TensorKind.BOOL: "Bool",
    TensorKind.STRING: "String",
    TensorKind.COMPLEX64: "Complex64",
    TensorKind.COMPLEX128: "Complex128",
    TensorKind.RESOURCE: "Resource",
    TensorKind.VARIANT: "Variant",
    TensorKind.BFLOAT16: "BFloat16",
    TensorKind.FLOAT8_E4M3FN: "Float8E4M3FN",
    TensorKind.FLOAT8_E5M2: "Float8E5M2",
}


class ModelTensorJson(TypedDict):
    """An input or output of a model; `type` is null where a Runefile has no name for its elements."""

    name: str
    type: str | None
    element_kind: str
    dimensions: list[int]
    scale: float | None
    zero_point: int | None


class OperatorCountJson(TypedDict):
    """An operator with the types that it computes with, and how often a model has it."""

    op: str
    count: int
    types: str


class ModelDescriptionJson(TypedDict):
    """A model's inputs, outputs, operators and sizes in bytes."""

    version: int
    description: str
    size: int
    inputs: list[ModelTensorJson]
    outputs: list[ModelTensorJson]
    operators: list[OperatorCountJson]
    weights_size: int
    parameters: int


def element_kind(kind: TensorKind) -> str:
    """The name that `rune model-info` prints: `Float32`, `UInt8`, ..."""
    return _ELEMENT_KINDS[kind]


def operator_types(model: Model, operator: Operator) -> str:
    """The types of an operator's arithmetic: `int8`, `float32 to int8`, or `float32 and int8 weights`.

    Constants do not count, but for the weights of a convolution, a fully connected layer or a product of matrices.
    """
    tensors = [model.tensors[index] for index in operator.inputs if index >= 0]
    reads = _names([tensor for tensor in tensors if tensor.data is None] or tensors)
    writes = _names([model.tensors[index] for index in operator.outputs])
    types = reads if reads == writes or not writes else f"{reads} to {writes}" if reads else writes
    if operator.op in _WITH_WEIGHTS and len(tensors) > 1:
        weights = tensors[1].kind.name.lower()
        if weights not in reads.split(", "):
            types += f" and {weights} weights"
    return types


def wrong_in_pages(model: Model) -> tuple[str, ...]:
    """The operators for which LiteRT.js, which runs models in pages that are not compiled, gives wrong numbers."""
    wrong = (each.op for each in model.operators if is_wrong_in_pages(each.op, operator_types(model, each)))
    return tuple(dict.fromkeys(wrong))


def describe(model: Model) -> ModelDescriptionJson:
    """The data of a model's page. Sizes are bytes; a parameter is one number that was learned, a bias included."""
    operators = Counter((operator.op, operator_types(model, operator)) for operator in model.operators)
    constants = [tensor for tensor in model.tensors if tensor.data is not None]
    return {
        "version": model.version,
        "description": model.description,
        "size": model.size,
        "inputs": [_tensor(model.tensors[index]) for index in model.inputs],
        "outputs": [_tensor(model.tensors[index]) for index in model.outputs],
        "operators": [
            {"op": op, "count": count, "types": types}
            for (op, types), count in sorted(operators.items(), key=lambda item: (-item[1], item[0]))
        ],
        "weights_size": sum(len(tensor.data) for tensor in constants if tensor.data is not None),
        "parameters": sum(tensor.count for tensor in constants if _is_learned(tensor)),
    }


def _names(tensors: list[Tensor]) -> str:
    return ", ".join(dict.fromkeys(tensor.kind.name.lower() for tensor in tensors))


def _is_learned(tensor: Tensor) -> bool:
    """Integers without a scale are shapes, axes and paddings."""
    return "FLOAT" in tensor.kind.name or tensor.quantization is not None


def _tensor(tensor: Tensor) -> ModelTensorJson:
    return {
        "name": tensor.name,
        "type": None if tensor.type is None else str(tensor.type),
        "element_kind": element_kind(tensor.kind),
        "dimensions": list(tensor.shape),
        "scale": tensor.scale,
        "zero_point": tensor.zero_point,
    }
