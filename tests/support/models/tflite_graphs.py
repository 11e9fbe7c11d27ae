"""TensorFlow Lite models that nobody would train: made for what an interpreter must survive."""

from __future__ import annotations

from collections.abc import Sequence

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_BOOL, _FLOAT32, _INT32 = schema.TensorType.BOOL, schema.TensorType.FLOAT32, schema.TensorType.INT32
_TRUE = 1


def endless() -> bytes:
    """f32[1] -> f32[1]: a WHILE whose condition is always true."""
    options = schema.WhileOptionsT()
    options.condSubgraphIndex, options.bodySubgraphIndex = 1, 2
    main = _graph(
        [_tensor([1]), _tensor([1])], [0], [1], [_operator(0, [0], [1], schema.BuiltinOptions.WhileOptions, options)]
    )
    condition = _graph([_tensor([1]), _tensor([], _BOOL, _TRUE)], [0], [1], [])
    body = _graph([_tensor([1])], [0], [0], [])
    return _model([schema.BuiltinOperator.WHILE], [main, condition, body], [b"", b"\1"])


def growing(count: int) -> bytes:
    """f32[1] -> f32[1]: fills `count` floats on the way, which no shape in the file says."""
    fill = schema.FillOptionsT()
    reduce = schema.ReducerOptionsT()
    main = _graph(
        [
            _tensor([1]),
            _tensor([1], _INT32, 1),
            _tensor([], _FLOAT32, 2),
            _tensor([1]),
            _tensor([1], _INT32, 3),
            _tensor([]),
        ],
        [0],
        [5],
        [
            _operator(0, [1, 2], [3], schema.BuiltinOptions.FillOptions, fill),
            _operator(1, [3, 4], [5], schema.BuiltinOptions.ReducerOptions, reduce),
        ],
    )
    buffers = [b"", np.array([count], "<i4").tobytes(), np.array(1, "<f4").tobytes(), np.array([0], "<i4").tobytes()]
    return _model([schema.BuiltinOperator.FILL, schema.BuiltinOperator.SUM], [main], buffers)


def _tensor(shape: Sequence[int], kind: int = _FLOAT32, buffer: int = 0) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.shape, tensor.type, tensor.buffer, tensor.name = list(shape), kind, buffer, "t"
    return tensor


def _operator(code: int, inputs: list[int], outputs: list[int], kind: int, options: object) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, outputs
    operator.builtinOptionsType, operator.builtinOptions = kind, options
    return operator


def _graph(
    tensors: list[schema.TensorT], inputs: list[int], outputs: list[int], operators: list[schema.OperatorT]
) -> schema.SubGraphT:
    graph = schema.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs, graph.operators, graph.name = tensors, inputs, outputs, operators, "g"
    return graph


def _model(codes: list[int], graphs: list[schema.SubGraphT], buffers: list[bytes]) -> bytes:
    model = schema.ModelT()
    model.version = 3
    model.operatorCodes = []
    for code in codes:
        entry = schema.OperatorCodeT()
        entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
        model.operatorCodes.append(entry)
    model.subgraphs = graphs
    model.buffers = []
    for data in buffers:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data, np.uint8) if data else None
        model.buffers.append(buffer)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def open_output() -> bytes:
    """i32[2] -> f32[] in the file: a FILL of 2.5 whose dimensions are the input's numbers, known once it ran."""
    main = _graph(
        [_tensor([2], _INT32), _tensor([], _FLOAT32, 1), _tensor([])],
        [0],
        [2],
        [_operator(0, [0, 1], [2], schema.BuiltinOptions.FillOptions, schema.FillOptionsT())],
    )
    return _model([schema.BuiltinOperator.FILL], [main], [b"", np.array(2.5, "<f4").tobytes()])
