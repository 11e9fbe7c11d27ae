"""Broken copies of models that are still flatbuffers: other indices, shapes, kinds, graphs. The number says all.

Faults in single bytes rarely reach what stands behind the reader; these do.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

Fault = Callable[[random.Random, Any, Any], None]
"""Changes something of the graph of a model."""


def mutated(originals: Sequence[bytes], number: int) -> bytes:
    """One of the models with one to three faults."""
    choose = random.Random(number)
    model = copy.deepcopy(_read(choose.choice(originals)))
    for _ in range(choose.choice((1, 1, 2, 3))):
        choose.choice(FAULTS)(choose, model, choose.choice(model.subgraphs))
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


@cache
def _read(original: bytes) -> Any:
    """A model as objects, which takes three times as long as to copy them."""
    return schema.ModelT.InitFromPackedBuf(original, 0)


def _indices(choose: random.Random, holder: Any) -> tuple[Any, str]:
    """A list of tensors of an operator."""
    name = choose.choice(("inputs", "inputs", "outputs"))
    values = getattr(holder, name)
    setattr(holder, name, [] if values is None else [int(index) for index in values])
    return holder, name


def _another_tensor(choose: random.Random, _: Any, graph: Any) -> None:
    _change(choose, graph, *_indices(choose, choose.choice(graph.operators) if graph.operators else graph))


def _another_border(choose: random.Random, _: Any, graph: Any) -> None:
    _change(choose, graph, *_indices(choose, graph))


def _change(choose: random.Random, graph: Any, holder: Any, name: str) -> None:
    values = getattr(holder, name)
    place = choose.randrange(len(values) + 1)
    match choose.randrange(4):
        case 0:
            values.insert(place, choose.randrange(-1, len(graph.tensors)))
        case 1:
            del values[place : place + 1]
        case _:
            values[place : place + 1] = [choose.randrange(-1, len(graph.tensors))]


def _another_shape(choose: random.Random, _: Any, graph: Any) -> None:
    tensor = choose.choice(graph.tensors)
    shape = [int(size) for size in (tensor.shape if tensor.shape is not None else [])]
    place = choose.randrange(len(shape) + 1)
    match choose.randrange(4):
        case 0:
            shape.insert(place, choose.choice((0, 1, 1, 2, 5)))
        case 1:
            del shape[place : place + 1]
        case 2:
            shape = []
        case _:
            shape[place : place + 1] = [choose.choice((0, 1, 2, 3, 1 << 20))]
    tensor.shape = shape


def _another_kind(choose: random.Random, _: Any, graph: Any) -> None:
    choose.choice(graph.tensors).type = choose.randrange(20)


def _another_buffer(choose: random.Random, model: Any, graph: Any) -> None:
    choose.choice(graph.tensors).buffer = choose.randrange(len(model.buffers))


def _toggle_variable(choose: random.Random, _: Any, graph: Any) -> None:
    tensor = choose.choice(graph.tensors)
    tensor.isVariable = not tensor.isVariable


def _another_scale(choose: random.Random, _: Any, graph: Any) -> None:
    quantization = choose.choice(graph.tensors).quantization
    if quantization is not None and quantization.scale is not None and len(quantization.scale):
        quantization.scale = [float(choose.choice((0.5, 1e-30, 1e30, 2.0)))] * choose.choice(
            (1, len(quantization.scale))
        )


def _another_graph(choose: random.Random, model: Any, graph: Any) -> None:
    """Names another graph in an operator that calls one."""
    calls = [
        (each.builtinOptions, field)
        for each in graph.operators or ()
        for field in vars(each.builtinOptions or object.__new__(schema.AddOptionsT))
        if field.lower().endswith("subgraphindex")
    ]
    if calls:
        options, field = choose.choice(calls)
        setattr(options, field, choose.randrange(len(model.subgraphs)))


def _other_custom_options(choose: random.Random, _: Any, graph: Any) -> None:
    """Changes a byte of the custom options, or removes all."""
    for operator in graph.operators or ():
        if operator.customOptions is not None and len(operator.customOptions):
            changed = bytearray(operator.customOptions)
            changed[choose.randrange(len(changed))] = choose.choice((0, 1, 2, 127, 128, 255))
            operator.customOptions = list(changed if choose.random() < 0.9 else b"")


def _another_operator(choose: random.Random, model: Any, graph: Any) -> None:
    if not graph.operators:
        return
    if choose.random() < 0.5:
        choose.choice(graph.operators).opcodeIndex = choose.randrange(len(model.operatorCodes))
    else:
        place = choose.randrange(len(graph.operators))
        graph.operators[place : place + 1] = [] if choose.random() < 0.5 else [graph.operators[place]] * 2


FAULTS: Sequence[Fault] = (
    _another_tensor,
    _another_tensor,
    _another_tensor,
    _another_border,
    _another_shape,
    _another_shape,
    _another_kind,
    _another_buffer,
    _toggle_variable,
    _another_scale,
    _another_graph,
    _another_graph,
    _another_operator,
    _other_custom_options,
    _other_custom_options,
)
