"""A small file cannot make the compiler fill the memory with constants that it makes of the file's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from rune.compiler.anvil.models.byte_budget import LEAST, TIMES
from rune.compiler.anvil.models.plain_model import plain_model
from rune.model.tflite import Model, read_model
from tests.support.models.reference.model_graph import ModelGraph

MANY = 100
LARGE = 1 << 20
"""The size of one result, in bytes."""


def fills() -> bytes:
    graph = ModelGraph("fills")
    sizes, value = (
        graph.constant("sizes", np.array([LARGE // 4], np.int32)),
        graph.constant("value", np.array(1.5, np.float32)),
    )
    source = graph.input("source", (4,), "float32")
    for number in range(MANY):
        graph.operator("FILL", [sizes, value], [graph.tensor(f"filled {number}", (LARGE // 4,), "float32")])
    return graph.finish(source)


def variables() -> bytes:
    """Returns a model with variables to which nothing assigns a first value."""
    graph = ModelGraph("variables")
    source = graph.input("source", (LARGE // 4,), "float32")
    for number in range(MANY):
        options: Any = schema.VarHandleOptionsT()
        options.container, options.sharedName = "", f"variable {number}"
        handle = graph.tensor(f"handle {number}", (), "resource")
        graph.operator("VAR_HANDLE", [], [handle], options)
        graph.operator("ASSIGN_VARIABLE", [handle, source], [], schema.AssignVariableOptionsT())
    return graph.finish(source)


def conjunctions(shape: tuple[int, ...], of: tuple[int, ...]) -> bytes:
    """Two branches of what is false whatever a tensor `of` is."""
    graph = ModelGraph("conjunctions")
    truth = graph.input("truth", (1,), "bool")
    unknown = graph.input("unknown", of, "bool")
    options: Any = schema.IfOptionsT()
    branches = [graph.subgraph("then"), graph.subgraph("else")]
    for branch in branches:
        values, false = branch.input("values", of, "bool"), branch.constant("false", np.array([False]))
        for number in range(MANY):
            result = branch.tensor(f"result {number}", shape, "bool")
            branch.operator("LOGICAL_AND", [false, values], [result], schema.LogicalAndOptionsT())
        branch.returns(values)
    options.thenSubgraphIndex, options.elseSubgraphIndex = (branch.number for branch in branches)
    output = graph.tensor("output", of, "bool")
    graph.operator("IF", [truth, unknown], [output], options)
    return graph.finish(output)


def conversions(count: int) -> bytes:
    """Returns the conversions of one constant of float16."""
    graph = ModelGraph("conversions")
    halves = graph.constant("packed", np.zeros(LARGE // 2, np.float16))
    outputs = [graph.tensor(f"unpacked {number}", (LARGE // 2,), "float32") for number in range(count)]
    for output in outputs:
        graph.operator("DEQUANTIZE", [halves], [output])
    return graph.finish(*outputs)


def bytes_created(model: Model) -> int:
    """Returns the bytes of constants that are not the file's."""
    file_tensors = (tensor for graph in (model, *model.subgraphs) for tensor in graph.tensors)
    in_file = {id(each.data.obj) for each in file_tensors if each.data is not None}
    created = {id(each.data.obj): len(each.data) for each in plain_model(model).tensors if each.data is not None}
    return sum(size for number, size in created.items() if number not in in_file)


@pytest.mark.protects("compiling/made-constants")
@pytest.mark.parametrize(
    "data",
    [fills(), variables(), conjunctions((LARGE,), (LARGE,))],
    ids=["FILL", "ASSIGN_VARIABLE", "LOGICAL_AND"],
)
def test_what_is_made_from_constants_has_a_limit(data: bytes) -> None:
    assert bytes_created(read_model(data)) <= LEAST + TIMES * len(data) < MANY * LARGE


@pytest.mark.protects("compiling/made-constants")
def test_a_conjunction_of_another_shape_than_its_inputs_is_not_known() -> None:
    assert bytes_created(read_model(conjunctions((LARGE,), (1,)))) == 0


@pytest.mark.protects("compiling/made-constants")
def test_a_constant_that_many_operators_unpack_is_unpacked_once() -> None:
    assert bytes_created(read_model(conversions(MANY))) == 2 * LARGE


@pytest.mark.protects("compiling/made-constants")
def test_bytes_of_a_file_that_are_many_constants_are_unpacked_within_the_limit() -> None:
    one = read_model(conversions(1))
    operators = tuple(replace(one.operators[0], inputs=(2 * n,), outputs=(2 * n + 1,)) for n in range(MANY))
    assert bytes_created(replace(one, tensors=one.tensors * MANY, operators=operators)) <= LEAST + TIMES * one.size
    assert LEAST + TIMES * one.size < 2 * LARGE * MANY
