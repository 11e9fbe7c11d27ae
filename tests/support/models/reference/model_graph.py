"""Writes small .tflite files with the schema's own object API. For `make_models.py` only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

KINDS = {
    "float32": schema.TensorType.FLOAT32,
    "float16": schema.TensorType.FLOAT16,
    "int4": schema.TensorType.INT4,
    "int8": schema.TensorType.INT8,
    "uint8": schema.TensorType.UINT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "bool": schema.TensorType.BOOL,
    "resource": schema.TensorType.RESOURCE,
}


def _empty_model(description: str) -> Any:
    model: Any = schema.ModelT()
    model.version, model.description = 3, description
    model.buffers, model.operatorCodes, model.subgraphs = [schema.BufferT()], [], []
    return model


class ModelGraph:
    """One graph under construction. Tensors are numbers, in the order in which they are added."""

    def __init__(self, name: str, model: Any = None) -> None:
        """With a `model`, its next graph."""
        self._model: Any = model or _empty_model(name)
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators, self._graph.inputs, self._graph.outputs = [], [], [], []
        self._graph.name = name if model else "main"
        self._model.subgraphs.append(self._graph)
        self.number = len(self._model.subgraphs) - 1

    def subgraph(self, name: str) -> ModelGraph:
        """Returns another graph of the same model, for CALL_ONCE, IF and WHILE."""
        return ModelGraph(name, self._model)

    def returns(self, *outputs: int) -> None:
        """Says which tensors are the graph's outputs."""
        self._graph.outputs = list(outputs)

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        kind: str,
        scale: float | Sequence[float] | None = None,
        zero_point: int = 0,
        axis: int = 0,
        data: bytes | None = None,
    ) -> int:
        """Adds a tensor; with `data` a constant. Several scales are one an index of dimension `axis`."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), KINDS[kind]
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data, np.uint8)
            self._model.buffers.append(buffer)
            tensor.buffer = len(self._model.buffers) - 1
        if scale is not None:
            scales = [scale] if isinstance(scale, float) else list(scale)
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = scales
            tensor.quantization.zeroPoint = [zero_point] * len(scales)
            tensor.quantization.quantizedDimension = axis
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def input(self, name: str, shape: Sequence[int], kind: str, scale: float | None = None, zero_point: int = 0) -> int:
        index = self.tensor(name, shape, kind, scale, zero_point)
        self._graph.inputs.append(index)
        return index

    def variable(
        self, name: str, shape: Sequence[int], kind: str, scale: float | None = None, zero_point: int = 0
    ) -> int:
        """A tensor that keeps its value between runs."""
        index = self.tensor(name, shape, kind, scale, zero_point)
        self._graph.tensors[index].isVariable = True
        return index

    def constant(
        self,
        name: str,
        values: NDArray[Any],
        scale: float | Sequence[float] | None = None,
        zero_point: int = 0,
        axis: int = 0,
    ) -> int:
        return self.tensor(name, values.shape, str(values.dtype), scale, zero_point, axis, values.tobytes())

    def halves(self, name: str, values: NDArray[np.int8], scales: Sequence[float], axis: int = 0) -> int:
        """A constant of 4 bits a number, from -8 to 7: two in a byte, the first one in its lower half."""
        flat = np.append(values.reshape(-1), np.zeros(values.size % 2, np.int8)).view(np.uint8) & 15
        return self.tensor(name, values.shape, "int4", scales, 0, axis, (flat[::2] | flat[1::2] << 4).tobytes())

    def operator(
        self,
        op: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any = None,
        version: int = 1,
        custom_code: str | None = None,
        intermediates: Sequence[int] = (),
        custom_options: bytes | None = None,
    ) -> None:
        """Adds an operator; `options` is one of the schema's `...OptionsT`."""
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, op)
        code.deprecatedBuiltinCode, code.builtinCode = min(number, 127), number
        code.version, code.customCode = version, custom_code
        self._model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self._model.operatorCodes) - 1
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if intermediates:
            operator.intermediates = list(intermediates)
        if custom_options is not None:
            operator.customOptions = np.frombuffer(custom_options, np.uint8)
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
            operator.builtinOptions = options
        self._graph.operators.append(operator)

    def read(self) -> set[int]:
        """The tensors that an operator reads so far."""
        return {index for operator in self._graph.operators for index in operator.inputs}

    def finish(self, *outputs: int) -> bytes:
        """The file."""
        self.returns(*outputs)
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())
