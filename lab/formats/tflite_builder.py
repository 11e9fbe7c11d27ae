"""Builds a `.tflite` file of floats: tensors, operators with their options, and a signature that names its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from lab.formats.identify import TFLITE_MARK

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

KINDS: Final[Mapping[str, int]] = {
    "float32": schema.TensorType.FLOAT32,
    "int32": schema.TensorType.INT32,
    "bool": schema.TensorType.BOOL,
}
"""Types that tensors of a float model have."""
SIGNATURE: Final = "serving_default"
VERSION: Final = 3
"""The version of the file format."""
NO_TENSOR: Final = -1
"""The number in place of an operator's input that is left out."""
_VERSIONS: Final[Mapping[str, int]] = {"FULLY_CONNECTED": 5, "TRANSPOSE_CONV": 1}
"""Versions of operators that are not 1: of FULLY_CONNECTED, which may keep its dimensions."""


@dataclass
class BuiltOperator:
    """One operator. `options` has the fields of the format's `<options_name>Options`."""

    op: str
    inputs: list[int]
    outputs: list[int]
    options_name: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Tensor:
    name: str
    shape: Shape
    kind: str
    data: Array | None


class Builder:
    """A model while it is built. Tensors are numbers."""

    def __init__(self) -> None:
        self._tensors: list[_Tensor] = []
        self._constants: dict[tuple[str, Shape, bytes], int] = {}
        self._names: dict[str, int] = {}
        self.operators: list[BuiltOperator] = []

    def tensor(self, name: str, shape: Sequence[int], kind: str = "float32") -> int:
        """A tensor that is an input, or that an operator gives."""
        self._tensors.append(_Tensor(self._unique(name), tuple(map(int, shape)), kind, None))
        return len(self._tensors) - 1

    def _unique(self, name: str) -> str:
        """The name, with a number if another tensor has it: the quantiser finds tensors by their names."""
        unique = name
        while unique in self._names:
            self._names[name] += 1
            unique = f"{name}_{self._names[name]}"
        self._names[unique] = 0
        return unique

    def constant(self, name: str, data: Array) -> int:
        """A tensor with its numbers; equal ones are stored once."""
        data = np.ascontiguousarray(data)
        key = (data.dtype.name, data.shape, data.tobytes())
        if key not in self._constants:
            self._tensors.append(_Tensor(self._unique(name), data.shape, data.dtype.name, data))
            self._constants[key] = len(self._tensors) - 1
        return self._constants[key]

    def shape_of(self, tensor: int) -> Shape:
        return self._tensors[tensor].shape

    def kind_of(self, tensor: int) -> str:
        return self._tensors[tensor].kind

    def add(
        self,
        op: str,
        inputs: Sequence[int],
        shape: Sequence[int],
        name: str,
        options: tuple[str, dict[str, Any]] = ("", {}),
        kind: str = "float32",
    ) -> int:
        """Adds an operator with one result; the number of that tensor."""
        return self.add_many(op, inputs, [shape], name, options, kind)[0]

    def add_many(
        self,
        op: str,
        inputs: Sequence[int],
        shapes: Sequence[Sequence[int]],
        name: str,
        options: tuple[str, dict[str, Any]] = ("", {}),
        kind: str = "float32",
    ) -> list[int]:
        """Adds an operator with a result for each shape; the numbers of these tensors."""
        names = [name if place == 0 else f"{name}:{place}" for place in range(len(shapes))]
        outputs = [self.tensor(one, shape, kind) for one, shape in zip(names, shapes, strict=True)]
        self.operators.append(BuiltOperator(op, list(inputs), outputs, options[0], dict(options[1])))
        return outputs

    def file(self, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> bytes:
        """The bytes of a file with these inputs and outputs, by the names that its signature gives them."""
        model = schema.ModelT()
        model.version = VERSION
        model.description = "rune"
        graph = schema.SubGraphT()
        graph.name = "main"
        graph.inputs, graph.outputs = list(inputs.values()), list(outputs.values())
        used_tensors = sorted({*graph.inputs, *graph.outputs, *self._read(), *self._results()})
        places = {tensor: place for place, tensor in enumerate(used_tensors)} | {NO_TENSOR: NO_TENSOR}
        model.buffers = [schema.BufferT()]
        graph.tensors = [self._tensor_object(tensor, model.buffers) for tensor in used_tensors]
        graph.inputs = [places[one] for one in graph.inputs]
        graph.outputs = [places[one] for one in graph.outputs]
        codes: dict[str, int] = {}
        graph.operators = [self._operator(one, codes, places) for one in self.operators]
        model.operatorCodes = [_code(op) for op in codes]
        model.subgraphs = [graph]
        model.signatureDefs = [_signature(inputs, outputs, places)]
        buffer = flatbuffers.Builder(1 << 16)
        buffer.Finish(model.Pack(buffer), TFLITE_MARK)
        return bytes(buffer.Output())

    def _read(self) -> set[int]:
        return {tensor for operator in self.operators for tensor in operator.inputs if tensor != NO_TENSOR}

    def _results(self) -> set[int]:
        return {tensor for operator in self.operators for tensor in operator.outputs}

    def _tensor_object(self, number: int, buffers: list[Any]) -> Any:
        one = self._tensors[number]
        tensor = schema.TensorT()
        tensor.name, tensor.type = one.name.encode(), KINDS[one.kind]
        tensor.shape = np.array(one.shape, np.int32)
        if one.data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(one.data.tobytes(), np.uint8)
            buffers.append(buffer)
            tensor.buffer = len(buffers) - 1
        return tensor

    def _operator(self, one: BuiltOperator, codes: dict[str, int], places: Mapping[int, int]) -> Any:
        operator = schema.OperatorT()
        operator.opcodeIndex = codes.setdefault(one.op, len(codes))
        operator.inputs = np.array([places[tensor] for tensor in one.inputs], np.int32)
        operator.outputs = np.array([places[tensor] for tensor in one.outputs], np.int32)
        if one.options_name:
            name = f"{one.options_name}Options"
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            operator.builtinOptions = getattr(schema, f"{name}T")()
            for key, value in one.options.items():
                setattr(operator.builtinOptions, key, value)
        return operator


def _code(op: str) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, op)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = _VERSIONS.get(op, 1)
    return code


def _signature(inputs: Mapping[str, int], outputs: Mapping[str, int], places: Mapping[int, int]) -> Any:
    signature = schema.SignatureDefT()
    signature.signatureKey = SIGNATURE.encode()
    signature.inputs = [_map_entry(name, places[tensor]) for name, tensor in inputs.items()]
    signature.outputs = [_map_entry(name, places[tensor]) for name, tensor in outputs.items()]
    return signature


def _map_entry(name: str, tensor: int) -> Any:
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = name.encode(), tensor
    return entry
