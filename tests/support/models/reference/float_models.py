"""Small models of functions of rows and numbers, for `make_models.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]


def float_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for op in ("FLOOR_DIV", "FLOOR_MOD"):
        yield f"{op.lower()}_f32_channel", _binary(op)
    for op in ("L2_NORMALIZATION", "LOG_SOFTMAX"):
        yield f"{op.lower()}_f32_rows", _rows(op, (2, 3, 7))
        yield f"{op.lower()}_f32_one", _rows(op, (1, 1))
    yield "add_n_f32_three", lambda g: [add_n(g, [g.input((2, 5), "float32", name=f"input_{i}") for i in range(3)])]
    yield "log_f32_of_squares", lambda g: [g.unary("LOG", g.unary("SQUARE", g.input((1, 99), "float32")))]
    for detail, options in (("plain", {}), ("exclusive", {"exclusive": True}), ("reverse", {"reverse": True})):
        yield f"cumsum_f32_{detail}", _summed(**options)
    yield "l2_pool_2d_f32_plain", lambda g: [g.pool(g.input((1, 6, 8, 5), "float32"), "L2_POOL_2D")]
    yield "l2_pool_2d_f32_same", lambda g: [_l2_pool(g)]
    yield "shape_f32_multiplied", _multiplied_shape
    yield "zeros_like_f32_plain", _zeros
    for kind, short in (("float32", "f32"), ("int8", "i8")):
        yield f"fill_{short}_plain", _filled(kind)
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("uint8", "u8")):
        for op in ("REDUCE_MAX", "REDUCE_MIN"):
            yield f"{op.lower()}_{short}_image", _reduced(op, kind, (1, 5, 4, 6), (1, 2), keep=True)
            yield f"{op.lower()}_{short}_last", _reduced(op, kind, (2, 3, 17), (-1,))


def _binary(op: str) -> Model:
    return lambda g: [
        floor_of(g, op, g.input((1, 3, 4, 5), "float32", name="left"), g.input((5,), "float32", name="right"))
    ]


def floor_of(g: Layers, op: str, left: ModelValue, right: ModelValue) -> ModelValue:
    """FLOOR_DIV or FLOOR_MOD."""
    output = g.output(left.shape, "float32")
    options = schema.FloorDivOptionsT() if op == "FLOOR_DIV" else schema.FloorModOptionsT()
    g.graph.operator(op, [left.index, right.index], [output.index], options)
    return output


def rows_of(g: Layers, op: str, source: ModelValue) -> ModelValue:
    """L2_NORMALIZATION or LOG_SOFTMAX."""
    output = g.output(source.shape, "float32")
    options = schema.L2NormOptionsT() if op == "L2_NORMALIZATION" else schema.LogSoftmaxOptionsT()
    g.graph.operator(op, [source.index], [output.index], options)
    return output


def _rows(op: str, shape: tuple[int, ...]) -> Model:
    return lambda g: [rows_of(g, op, g.input(shape, "float32"))]


def add_n(g: Layers, sources: Sequence[ModelValue]) -> ModelValue:
    output = g.output(sources[0].shape, "float32")
    g.graph.operator("ADD_N", [source.index for source in sources], [output.index], schema.AddNOptionsT())
    return output


def reduced(g: Layers, op: str, source: ModelValue, axes: Sequence[int], keep: bool) -> ModelValue:
    """REDUCE_MAX or REDUCE_MIN, whose output has the input's scale."""
    return g.reduce(op, source, axes, keep, source.scale or 1.0, source.zero_point)


def _reduced(op: str, kind: str, shape: tuple[int, ...], axes: tuple[int, ...], keep: bool = False) -> Model:
    return lambda g: [reduced(g, op, g.input(shape, kind), axes, keep)]


def cumsum(g: Layers, source: ModelValue, axis: int, exclusive: bool = False, reverse: bool = False) -> ModelValue:
    options: Any = schema.CumsumOptionsT()
    options.exclusive, options.reverse = exclusive, reverse
    output = g.output(source.shape, "float32")
    along = g.graph.constant("axis", np.array(axis, np.int32))
    g.graph.operator("CUMSUM", [source.index, along], [output.index], options)
    return output


def _summed(**options: bool) -> Model:
    return lambda g: [cumsum(g, g.input((2, 5, 3), "float32"), 1, **options)]


def _l2_pool(g: Layers) -> ModelValue:
    source = g.input((2, 5, 5, 3), "float32")
    return g.pool(source, "L2_POOL_2D", kernel=(3, 3), padding="same", activation="relu6")


def _multiplied_shape(g: Layers) -> list[ModelValue]:
    """The sizes of a tensor, as numbers that are computed with and say how another one is repeated."""
    source = g.input((2, 3), "float32")
    shape, sizes = g.output((2,), "int32"), g.output((2,), "int32")
    options: Any = schema.ShapeOptionsT()
    options.outType = schema.TensorType.INT32
    g.graph.operator("SHAPE", [source.index], [shape.index], options)
    least = g.graph.constant("least", np.array([2, 1], np.int32))
    g.graph.operator("BROADCAST_ARGS", [shape.index, least], [sizes.index])
    row = g.input((1, 3), "float32", name="row")
    output = g.output((2, 3), "float32")
    g.graph.operator("BROADCAST_TO", [row.index, sizes.index], [output.index], None, 2)
    return [g.add(source, output)]


def _zeros(g: Layers) -> list[ModelValue]:
    source = g.input((1, 3, 5), "float32")
    zeros = g.output(source.shape, "float32")
    g.graph.operator("ZEROS_LIKE", [source.index], [zeros.index], schema.ZerosLikeOptionsT())
    return [g.extreme("MAXIMUM", source, zeros)]


def _filled(kind: str) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        source = g.input((2, 5), kind)
        output = g.output(source.shape, kind, source.scale, source.zero_point)
        sizes = g.graph.constant("sizes", np.array(source.shape, np.int32))
        number = np.array(7, np.float32 if kind == "float32" else np.int8)
        value = g.graph.constant("value", number, source.scale, source.zero_point)
        g.graph.operator("FILL", [sizes, value], [output.index], schema.FillOptionsT(), 1 if kind == "float32" else 3)
        return [g.extreme("MINIMUM", source, output)]

    return model
