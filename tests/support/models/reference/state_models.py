"""Small models that keep something between runs, for `make_models.py`: each answer depends on the runs before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ACTIVATIONS, ModelValue

Model = Callable[[Layers], list[ModelValue]]

TANH = 4
"""The number of this activation."""


def state_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("uint8", "u8")):
        yield f"read_variable_{short}_delayed", _delayed(kind)
        yield f"read_variable_{short}_window", _window(kind)
        yield f"read_variable_{short}_assigned_before", _assigned_before(kind)
    for kind, short in (("float32", "f32"), ("int8", "i8")):
        yield from _recurrent(kind, short)


def _recurrent(kind: str, short: str) -> Iterator[tuple[str, Model]]:
    yield f"svdf_{short}_plain", _svdf(kind, (1, 7), 5)
    yield f"svdf_{short}_rank_2", _svdf(kind, (3, 6), 4, rank=2, memory=3, bias=False)
    yield f"svdf_{short}_forgets_at_once", _svdf(kind, (1, 6), 4, memory=1)
    yield f"svdf_{short}_two", lambda g, kind=kind: [svdf(g, svdf(g, g.input((1, 9), kind), 8), 3)]  # type: ignore[misc]
    yield f"unidirectional_sequence_lstm_{short}_plain", _lstm(kind, (1, 5, 6), 4)
    yield f"unidirectional_sequence_lstm_{short}_batches", _lstm(kind, (3, 2, 4), 5, zero_point=-128)
    yield f"unidirectional_sequence_lstm_{short}_time_first", _lstm(kind, (4, 2, 3), 6, time_major=True)
    yield f"unidirectional_sequence_lstm_{short}_clipped", _lstm(kind, (1, 9, 3), 3, clip=0.4)
    if kind == "int8":
        yield "unidirectional_sequence_lstm_i8_coarse_cells", _lstm(kind, (1, 9, 3), 8, cell_bits=9, gain=3.0)
        yield "unidirectional_sequence_lstm_i8_fine_cells", _lstm(kind, (1, 4, 3), 8, cell_bits=15)


@dataclass(frozen=True)
class StateVariable:
    """A variable by its handle in a graph, and what it holds."""

    handle: int
    like: ModelValue

    @staticmethod
    def of(g: Layers, name: str, like: ModelValue) -> StateVariable:
        return StateVariable(_handle(g.graph, name), like)

    @staticmethod
    def with_first(g: Layers, name: str, like: ModelValue) -> StateVariable:
        """Returns a variable whose first value a graph assigns that is called once."""
        variable = StateVariable.of(g, name, like)
        graph = g.graph.subgraph(f"first {name}")
        values = g.random.integers(-9, 9, like.shape)
        first = graph.constant("first", values.astype(like.kind), like.scale, like.stored_zero_point)
        graph.operator("ASSIGN_VARIABLE", [_handle(graph, name), first], [], schema.AssignVariableOptionsT())
        graph.returns()
        options: Any = schema.CallOnceOptionsT()
        options.initSubgraphIndex = graph.number
        g.graph.operator("CALL_ONCE", [], [], options)
        return variable

    def read(self, g: Layers) -> ModelValue:
        like = self.like
        output = g.output(like.shape, like.kind, like.scale, like.zero_point)
        g.graph.operator("READ_VARIABLE", [self.handle], [output.index], schema.ReadVariableOptionsT())
        return output

    def assign(self, g: Layers, value: ModelValue) -> None:
        g.graph.operator("ASSIGN_VARIABLE", [self.handle, value.index], [], schema.AssignVariableOptionsT())


def _handle(graph: ModelGraph, name: str) -> int:
    handle = graph.tensor(f"handle of {name}", (1,), "resource")
    options: Any = schema.VarHandleOptionsT()
    options.container, options.sharedName = "", name
    graph.operator("VAR_HANDLE", [], [handle], options)
    return handle


def delayed(g: Layers, source: ModelValue, name: str = "last") -> ModelValue:
    """The value of the source one run before."""
    variable = StateVariable.with_first(g, name, source)
    before = variable.read(g)
    variable.assign(g, source)
    return before


def _delayed(kind: str) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3, 5), kind)
        return [g.add(delayed(g, source), source)]

    return model


def windowed(g: Layers, source: ModelValue, rows: int, name: str = "rows") -> ModelValue:
    """The last rows of all sources so far."""
    like = ModelValue(-1, (1, rows, *source.shape[2:]), source.kind, source.scale, source.zero_point)
    variable = StateVariable.with_first(g, name, like)
    options: Any = schema.ConcatenationOptionsT()
    options.axis = 1
    new = source.shape[1]
    window = g.join("CONCATENATION", [variable.read(g), source], (1, rows + new, *source.shape[2:]), options)
    begin = [0, new, *(0 for _ in source.shape[2:])]
    last = g.move("SLICE", window, like.shape, (begin, list(like.shape)))
    variable.assign(g, last)
    return last


def _window(kind: str) -> Model:
    return lambda g: [g.fully_connected(windowed(g, g.input((1, 1, 4), kind), 3), 5)]


def _assigned_before(kind: str) -> Model:
    """No first value, since it is assigned before it is read, and twice."""

    def model(g: Layers) -> list[ModelValue]:
        left, right = g.input((2, 3), kind, name="left"), g.input((2, 3), kind, name="right")
        variable = StateVariable.of(g, "any", left)
        variable.assign(g, left)
        first = variable.read(g)
        variable.assign(g, right)
        return [first, variable.read(g)]

    return model


def _svdf(kind: str, shape: tuple[int, ...], units: int, **options: Any) -> Model:
    return lambda g: [svdf(g, g.input(shape, kind), units, **options)]


def svdf(g: Layers, source: ModelValue, units: int, rank: int = 1, memory: int = 4, bias: bool = True) -> ModelValue:
    """The filters' sums over the last inputs, cut off below zero."""
    (batches, inputs), filters = source.shape, units * rank
    options: Any = schema.SVDFOptionsT()
    options.rank, options.fusedActivationFunction = rank, ACTIVATIONS["relu"]
    if source.scale is None:
        features = g.graph.constant("features", _floats(g, filters, inputs))
        times = g.graph.constant("times", _floats(g, filters, memory))
        state = g.graph.variable("state", (batches, filters * memory), "float32")
        output = g.output((batches, units), "float32")
        biases: NDArray[Any] = _floats(g, units)
    else:
        features = g.graph.constant("features", g.random.integers(-127, 128, (filters, inputs), dtype=np.int8), 0.0083)
        times = g.graph.constant("times", g.random.integers(-9999, 9999, (filters, memory), dtype=np.int16), 0.00013)
        state = g.graph.variable("state", (batches, filters * memory), "int16", 0.00071)
        output = g.output((batches, units), "int8", 0.0271, -128)
        biases = g.random.integers(-(10**7), 10**7, units, dtype=np.int32)
    places = [source.index, features, times, g.graph.constant("bias", biases) if bias else -1, state]
    g.graph.operator("SVDF", places, [output.index], options, 1 if source.scale is None else 3)
    return output


def _floats(g: Layers, *shape: int) -> NDArray[np.float32]:
    return (g.random.standard_normal(shape) / math.sqrt(shape[-1])).astype(np.float32)


def _lstm(kind: str, shape: tuple[int, ...], units: int, **options: Any) -> Model:
    return lambda g: [lstm(g, g.input(shape, kind), units, **options)]


def lstm(
    g: Layers,
    source: ModelValue,
    units: int,
    time_major: bool = False,
    clip: float = 0.0,
    zero_point: int = 3,
    cell_bits: int = 11,
    gain: float = 1.0,
) -> ModelValue:
    """Returns an LSTM as Keras exports it; `zero_point` is the output's."""
    *places, inputs = source.shape
    batches = places[1] if time_major else places[0]
    is_float = source.scale is None
    options: Any = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction, options.cellClip, options.timeMajor = TANH, clip, time_major
    hidden_scale = None if is_float else 0.0079
    scale = (source.scale or 0.0) * 0.011

    def weights(columns: int) -> list[int]:
        if is_float:
            return [g.graph.constant("weights", _floats(g, units, columns)) for _ in range(4)]
        scales = [gain * 0.011 * (1 + 0.2 * gate) for gate in range(4)]
        return [
            g.graph.constant("weights", g.random.integers(-127, 128, (units, columns), dtype=np.int8), each)
            for each in scales
        ]

    def bias() -> int:
        values = _floats(g, units) if is_float else g.random.integers(-2000, 2000, units, dtype=np.int32)
        return g.graph.constant("bias", values, None if is_float else scale)

    of_input, of_hidden, biases = weights(inputs), weights(units), [bias() for _ in range(4)]
    state = g.graph.variable("hidden", (batches, units), source.kind, hidden_scale, zero_point if hidden_scale else 0)
    cells = g.graph.variable(
        "cells", (batches, units), "float32" if is_float else "int16", None if is_float else 2.0**-cell_bits
    )
    absent = [-1] * 3
    inside = [] if is_float else [g.graph.tensor("gate", (0,), "int16", 2.0**-12) for _ in range(4)]
    if hidden_scale:
        inside.append(g.graph.tensor("inside", (0,), "int8", hidden_scale, zero_point))
    output = g.output((*places, units), source.kind, hidden_scale, zero_point if hidden_scale else 0)
    g.graph.operator(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        [source.index, *of_input, *of_hidden, *absent, *biases, -1, -1, state, cells, *absent, -1],
        [output.index],
        options,
        1 if is_float else 3,
        intermediates=inside,
    )
    return output
