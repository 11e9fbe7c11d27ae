"""Graphs that a model calls: resolved where constants decide, refused with the reason where not, and never for long."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.compiler.anvil.models.control_flow import MOST_OPERATORS, MOST_ROUNDS, with_graphs_inlined
from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import Model, read_model
from tests.support.compiler.model_judge import disagreements
from tests.support.models.model_cases import compiled_model
from tests.support.models.reference.control_models import branch
from tests.support.models.reference.further_models import arg, gather
from tests.support.models.reference.logic_models import truths
from tests.support.models.reference.make_models import make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue
from tests.support.models.tflite_graphs import endless


def read(build: Callable[[Layers], list[ModelValue]]) -> Model:
    return read_model(make("any", build))


def inlined(model: Model) -> Model:
    return with_graphs_inlined(model, ByteBudget(model))


def test_a_known_condition_leaves_one_branch() -> None:
    model = inlined(read_model(compiled_model("if_f32_known")))
    assert [operator.op for operator in model.operators] == ["ADD"]


def test_a_loop_is_its_body_as_often_as_it_runs_and_its_counter_is_gone() -> None:
    model = inlined(read_model(compiled_model("while_f32_around_if")))
    assert [operator.op for operator in model.operators] == ["ADD", "ADD", "SUB"]


def test_a_loop_that_ends_while_it_runs_has_all_its_rounds_and_its_counter_is_gone() -> None:
    model = inlined(read_model(compiled_model("while_f32_ends_while_it_runs")))
    rounds = Counter(operator.op for operator in model.operators)
    assert rounds == {"REDUCE_MAX": 6, "LESS": 6, "LOGICAL_AND": 9, "ADD": 5, "SELECT": 10}


def test_a_model_without_calls_is_left_as_it_is() -> None:
    model = read_model(compiled_model("conv_2d_f32_same"))
    assert inlined(model) is model


def test_a_loop_without_end_is_refused_soon() -> None:
    model = read_model(endless())
    start = time.process_time()
    (problem,) = unsupported_ops(model)
    assert time.process_time() - start < 2
    assert problem.op == "WHILE"
    assert problem.types.endswith(
        f"or more than {MOST_ROUNDS:,} rounds, or {MOST_OPERATORS:,} operators in all of them"
    )


@pytest.mark.protects("compiling/called-graphs")
def test_a_loop_without_a_bound_is_refused_soon_with_that_reason() -> None:
    """The condition returns its input."""

    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3), "float32")
        condition = g.graph.subgraph("condition")
        value = condition.input("value", source.shape, "float32")
        small = condition.tensor("small", (1,), "bool")
        first = condition.tensor("first", (1,), "float32")
        axes = condition.constant("axes", np.arange(2, dtype=np.int32))
        condition.operator("REDUCE_MAX", [value, axes], [first], schema.ReducerOptionsT())
        limit = condition.constant("limit", np.array([9], np.float32))
        condition.operator("LESS", [first, limit], [small], schema.LessOptionsT())
        condition.returns(small)
        options: Any = schema.WhileOptionsT()
        options.condSubgraphIndex, options.bodySubgraphIndex = condition.number, branch(g, "body", source, "ADD").number
        output = g.output(source.shape, "float32")
        g.graph.operator("WHILE", [source.index], [output.index], options)
        return [output]

    model, start = read(build), time.process_time()
    (problem,) = unsupported_ops(model)
    assert time.process_time() - start < 2
    assert (problem.op, problem.types.partition(", ")[2].partition(", ")[0]) == (
        "WHILE",
        "no bound of its rounds that follows from constants",
    )


def test_a_graph_whose_tensor_means_another_number_than_its_callers_is_refused() -> None:
    """The reference copies bytes from the one to the other."""

    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3), "int8", 0.05, 3)
        like = replace(source, scale=0.07)
        options: Any = schema.IfOptionsT()
        options.thenSubgraphIndex = branch(g, "then", like, "ADD").number
        options.elseSubgraphIndex = branch(g, "else", like, "SUB").number
        output = g.output(source.shape, "int8", 0.07, 3)
        g.graph.operator("IF", [truths(g, (1,)).index, source.index], [output.index], options)
        return [output]

    assert [each.op for each in unsupported_ops(read(build))] == ["IF"]


def test_a_branch_that_may_fail_is_not_computed_when_it_is_not_taken() -> None:
    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3, 5), "float32")
        other = Layers("any", g.random)
        other.graph = g.graph.subgraph("then")
        table = other.input(source.shape, "float32")
        row = gather(other, table, arg(other, "ARG_MAX", table, -1, "int32"), 2)
        other.graph.returns(row.index)
        options: Any = schema.IfOptionsT()
        options.thenSubgraphIndex = other.graph.number
        options.elseSubgraphIndex = branch(g, "else", source, "SUB").number
        output = g.output(source.shape, "float32")
        g.graph.operator("IF", [truths(g, (1,)).index, source.index], [output.index], options)
        return [output]

    (problem,) = unsupported_ops(read(build))
    assert problem.op == "IF"
    assert problem.types.endswith("a branch that keeps something, may fail or is not compiled")


@pytest.mark.slow
def test_a_row_by_a_counter_cannot_fail_and_is_taken_in_a_loop_that_ends_while_it_runs() -> None:
    def build(g: Layers) -> list[ModelValue]:
        table, start = g.input((4, 3), "float32", name="table"), g.input((1, 3), "float32", name="start")
        condition, body = g.graph.subgraph("condition"), g.graph.subgraph("body")
        for graph in (condition, body):
            graph.input("counter", (1,), "int32")
            graph.input("table", (4, 3), "float32")
            graph.input("sum", (1, 3), "float32")
        early, small, both = (condition.tensor(name, (1,), "bool") for name in ("early", "small", "both"))
        greatest = condition.tensor("greatest", (1,), "float32")
        four = condition.constant("rows", np.array([4], np.int32))
        condition.operator("LESS", [0, four], [early], schema.LessOptionsT())
        axes = condition.constant("axes", np.arange(2, dtype=np.int32))
        condition.operator("REDUCE_MAX", [2, axes], [greatest], schema.ReducerOptionsT())
        limit = condition.constant("limit", np.array([2], np.float32))
        condition.operator("LESS", [greatest, limit], [small], schema.LessOptionsT())
        condition.operator("LOGICAL_AND", [early, small], [both], schema.LogicalAndOptionsT())
        condition.returns(both)
        row, following, total = (
            body.tensor("row", (1, 3), "float32"),
            body.tensor("next", (1,), "int32"),
            body.tensor("added", (1, 3), "float32"),
        )
        one = body.constant("one", np.array([1], np.int32))
        body.operator("GATHER", [1, 0], [row], schema.GatherOptionsT())
        body.operator("ADD", [2, row], [total], schema.AddOptionsT())
        body.operator("ADD", [0, one], [following], schema.AddOptionsT())
        body.returns(following, 1, total)
        options: Any = schema.WhileOptionsT()
        options.condSubgraphIndex, options.bodySubgraphIndex = condition.number, body.number
        outputs = [g.output((1,), "int32"), g.output((4, 3), "float32"), g.output((1, 3), "float32")]
        counter = g.graph.constant("first", np.array([0], np.int32))
        operands = [counter, table.index, start.index]
        g.graph.operator("WHILE", operands, [output.index for output in outputs], options)
        return [outputs[0], outputs[2]]

    data = make("any", build)
    assert unsupported_ops(read_model(data)) == ()
    assert disagreements({"rows": data}) == []
