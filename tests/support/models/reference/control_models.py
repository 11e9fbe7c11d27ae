"""Small models with graphs that are called, for `make_models.py`: IF and WHILE."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.logic_models import select, truths
from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue
from tests.support.models.reference.state_models import delayed

Model = Callable[[Layers], list[ModelValue]]


def control_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("uint8", "u8")):
        yield f"if_{short}_known", lambda g, kind=kind: [_chosen(g, kind, _true(g))]  # type: ignore[misc]
        yield f"while_{short}_counted", _counted(kind)
    for kind, short in (("float32", "f32"), ("int8", "i8")):
        yield f"if_{short}_asked_while_it_runs", lambda g, kind=kind: [_chosen(g, kind, truths(g, (1,)))]  # type: ignore[misc]
        yield f"while_{short}_ends_while_it_runs", _ends_early(kind)
    yield "while_f32_around_if", _nested
    yield "while_f32_keeps_a_truth", _keeps_a_truth


def _true(g: Layers) -> ModelValue:
    return ModelValue(g.graph.constant("condition", np.array([True])), (1,), "bool")


def branch(g: Layers, name: str, like: ModelValue, op: str) -> ModelGraph:
    """A graph that adds or subtracts a constant."""
    graph = g.graph.subgraph(name)
    source = graph.input("source", like.shape, like.kind, like.scale, like.stored_zero_point)
    constant = _constant(graph, g, like)
    output = graph.tensor("result", like.shape, like.kind, like.scale, like.stored_zero_point)
    options: Any = schema.AddOptionsT() if op == "ADD" else schema.SubOptionsT()
    graph.operator(op, [source, constant], [output], options, 2 if like.kind == "int8" else 1)
    graph.returns(output)
    return graph


def _constant(graph: ModelGraph, g: Layers, like: ModelValue) -> int:
    values: Any = g.random.integers(1, 9, like.shape[-1:]).astype(like.kind)
    return graph.constant("constant", values, like.scale, like.stored_zero_point)


def _chosen(g: Layers, kind: str, condition: ModelValue) -> ModelValue:
    source = g.input((1, 3, 5), kind)
    options: Any = schema.IfOptionsT()
    options.thenSubgraphIndex = branch(g, "then", source, "ADD").number
    options.elseSubgraphIndex = branch(g, "else", source, "SUB").number
    output = g.output(source.shape, kind, source.scale, source.zero_point)
    g.graph.operator("IF", [condition.index, source.index], [output.index], options)
    return output


def _loop(
    g: Layers,
    source: ModelValue,
    rounds: int,
    body: Callable[[ModelGraph, int, int], int],
    goes_on: Callable[[ModelGraph, int], int] | None = None,
) -> ModelValue:
    """`body` adds to its graph what becomes of (counter, value); `goes_on` adds to that of the condition a truth of the
    value, which must hold as well."""
    counter = g.graph.constant("first", np.array([0], np.int32))
    condition = g.graph.subgraph("condition")
    count = condition.input("counter", (1,), "int32")
    state = condition.input("value", source.shape, source.kind, source.scale, source.stored_zero_point)
    answer = condition.tensor("answer", (1,), "bool")
    limit = condition.constant("rounds", np.array([rounds], np.int32))
    condition.operator("LESS", [count, limit], [answer], schema.LessOptionsT())
    if goes_on is not None:
        other, early = goes_on(condition, state), answer
        answer = condition.tensor("both", (1,), "bool")
        condition.operator("LOGICAL_AND", [early, other], [answer], schema.LogicalAndOptionsT())
    condition.returns(answer)
    inner = g.graph.subgraph("body")
    count = inner.input("counter", (1,), "int32")
    value = inner.input("value", source.shape, source.kind, source.scale, source.stored_zero_point)
    following = inner.tensor("next", (1,), "int32")
    inner.operator("ADD", [count, inner.constant("one", np.array([1], np.int32))], [following], schema.AddOptionsT())
    inner.returns(following, body(inner, count, value))
    options: Any = schema.WhileOptionsT()
    options.condSubgraphIndex, options.bodySubgraphIndex = condition.number, inner.number
    last = g.output((1,), "int32")
    output = g.output(source.shape, source.kind, source.scale, source.zero_point)
    g.graph.operator("WHILE", [counter, source.index], [last.index, output.index], options)
    return output


def _counted(kind: str) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3, 5), kind)

        def body(graph: ModelGraph, _: int, value: int) -> int:
            output = graph.tensor("result", source.shape, kind, source.scale, source.stored_zero_point)
            version = 2 if kind == "int8" else 1
            graph.operator("ADD", [value, _constant(graph, g, source)], [output], schema.AddOptionsT(), version)
            return output

        return [delayed(g, _loop(g, source, 5, body))]

    return model


def _nested(g: Layers) -> list[ModelValue]:
    """Returns a loop in which the counter decides in each round which branch is taken."""
    source = g.input((2, 3), "float32")
    then, otherwise = branch(g, "then", source, "ADD"), branch(g, "else", source, "SUB")

    def body(graph: ModelGraph, counter: int, value: int) -> int:
        early, output = graph.tensor("early", (1,), "bool"), graph.tensor("result", source.shape, "float32")
        graph.operator(
            "LESS", [counter, graph.constant("two", np.array([2], np.int32))], [early], schema.LessOptionsT()
        )
        options: Any = schema.IfOptionsT()
        options.thenSubgraphIndex, options.elseSubgraphIndex = then.number, otherwise.number
        graph.operator("IF", [early, value], [output], options)
        return output

    return [_loop(g, source, 3, body)]


def _is_small(source: ModelValue, g: Layers) -> Callable[[ModelGraph, int], int]:
    """Returns a condition: whether the greatest number of a value is below a constant."""

    def truth(graph: ModelGraph, value: int) -> int:
        greatest = graph.tensor("greatest", (1,), source.kind, source.scale, source.stored_zero_point)
        axes = graph.constant("axes", np.arange(len(source.shape), dtype=np.int32))
        version = 2 if source.kind == "int8" else 1
        graph.operator("REDUCE_MAX", [value, axes], [greatest], schema.ReducerOptionsT(), version)
        small, limit = graph.tensor("small", (1,), "bool"), np.array([40 if source.scale else 9])
        constant = graph.constant("limit", limit.astype(source.kind), source.scale, source.stored_zero_point)
        graph.operator("LESS", [greatest, constant], [small], schema.LessOptionsT(), version)
        return small

    return truth


def _ends_early(kind: str) -> Model:
    """Numbers grow until one of them is large, in five rounds at most."""

    def model(g: Layers) -> list[ModelValue]:
        source = g.input((1, 2), kind, 0.05, -100)

        def body(graph: ModelGraph, _: int, value: int) -> int:
            output = graph.tensor("result", source.shape, kind, source.scale, source.stored_zero_point)
            version = 2 if kind == "int8" else 1
            graph.operator("ADD", [value, growth(graph)], [output], schema.AddOptionsT(), version)
            return output

        def growth(graph: ModelGraph) -> int:
            steps = np.array([3, 2] if source.scale is None else [-70, -80])
            return graph.constant("growth", steps.astype(kind), source.scale, source.stored_zero_point)

        return [_loop(g, source, 5, body, _is_small(source, g))]

    return model


def _keeps_a_truth(g: Layers) -> list[ModelValue]:
    """A loop whose value is a truth, which decides when it ends."""
    numbers = g.input((1, 4), "float32")
    flag = truths(g, (1,))

    def body(graph: ModelGraph, _: int, value: int) -> int:
        output = graph.tensor("result", (1,), "bool")
        graph.operator("LOGICAL_NOT", [value], [output], schema.LogicalNotOptionsT())
        return output

    def same(graph: ModelGraph, value: int) -> int:
        output = graph.tensor("same", (1,), "bool")
        graph.operator("LOGICAL_NOT", [value], [output], schema.LogicalNotOptionsT())
        return output

    truth = _loop(g, flag, 3, body, same)
    return [select(g, truth, numbers, g.constant((1, 4), "float32"))]
