"""The values of a graph of ops or a model by its references, in one memory: values that share bytes overwrite
others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.graph import NUMPY_TYPES, Graph, Value
from rune.compiler.anvil.reading.builder import GraphBuilder
from rune.compiler.anvil.reading.model import read_ops
from rune.model.profile import LITERT, Profile
from rune.model.tflite import read_model, signature


def graph_of(data: bytes, profile: Profile = LITERT) -> tuple[Graph, tuple[int, ...], tuple[int, ...]]:
    """A model alone as a graph, and which of its values are the inputs and the outputs."""
    model = read_model(data)
    builder = GraphBuilder()
    inputs = tuple(builder.value(Value(tensor.name, tensor.type)) for tensor in signature(model).inputs)
    outputs = read_ops(builder, "model", "model", model, inputs, profile)
    return builder.graph(), inputs, outputs


def evaluated_outputs(data: bytes, runs: Sequence[Sequence[bytes]], profile: Profile = LITERT) -> list[list[bytes]]:
    """The bytes of a model's outputs, for the inputs of each run."""
    graph, inputs, outputs = graph_of(data, profile)
    variables: dict[int, bytearray] = {}
    results = (evaluated(graph, dict(zip(inputs, run, strict=True)), variables) for run in runs)
    return [[values[index].tobytes() for index in outputs] for values in results]


def evaluated(
    graph: Graph, inputs: Mapping[int, bytes], variables: dict[int, bytearray] | None = None
) -> dict[int, Array]:
    """Each value that is in memory at the end of a run. `variables` are passed on to the next run."""
    first = {index: each.initial for index, each in enumerate(graph.values) if each.initial is not None}
    variables = {} if variables is None else variables
    memory = {index: variables.setdefault(index, bytearray(initial.tobytes())) for index, initial in first.items()}

    def read(index: int) -> Array:
        value = graph.values[index]
        storage, offset = graph.place(index)
        constant = graph.values[storage].data
        if constant is not None:
            return constant.reshape(value.type.dimensions)
        assert storage in memory, f"nothing made {value.name}"
        data = bytes(memory[storage][offset : offset + value.type.size])
        return np.frombuffer(data, NUMPY_TYPES[value.type.element]).reshape(value.type.dimensions)

    def write(index: int, data: bytes) -> None:
        storage, offset = graph.place(index)
        place = memory.setdefault(storage, bytearray(graph.values[storage].type.size))
        place[offset : offset + len(data)] = data

    for index, data in inputs.items():
        write(index, data)
    for node in graph.nodes:
        if not isinstance(node.work, Computation):
            continue
        results = node.work.evaluate(*map(read, node.inputs))
        for index, result in zip(node.outputs, results, strict=True):
            kind = graph.values[index].type
            assert result.dtype == np.dtype(NUMPY_TYPES[kind.element]), node.name
            assert result.size == kind.count, node.name
            write(index, result.tobytes())
    return {index: read(index) for index in range(len(graph.values)) if graph.storage(index) in memory}
