"""Small models of comparisons, truths, whole numbers and what depends on them, for `make_models.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]

COMPARISONS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")


def logic_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for op in COMPARISONS:
        for kind, short in (("float32", "f32"), ("int8", "i8"), ("uint8", "u8"), ("int32", "i32")):
            yield f"{op.lower()}_{short}_channel", _compared(op, kind, (5,))
        yield f"{op.lower()}_i8_of_one_scale", _compared(op, "int8", (1, 3, 4, 5), 0.0473, 3)
    for op in ("ADD", "SUB", "MUL"):
        yield f"{op.lower()}_i32_channel", _whole(op)
    for op in ("LOGICAL_AND", "LOGICAL_OR"):
        yield f"{op.lower()}_channel", _two_truths(op)
    yield "logical_not_plain", lambda g: [as_floats(g, logical(g, [truths(g, (1, 3, 5))], "LOGICAL_NOT"))]
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("int32", "i32")):
        yield f"select_v2_{short}_channel", _selected(kind, (1, 3, 1, 5), (1, 3, 4, 5), (1, 1, 4, 1))
        yield f"select_{short}_same_shape", _selected(kind, (3, 4), (3, 4), (3, 4), "SELECT")
    for start, end in (
        ("float32", "int32"),
        ("float32", "int8"),
        ("float32", "int16"),
        ("float32", "bool"),
        ("int32", "int8"),
        ("int8", "int32"),
        ("int32", "bool"),
    ):
        yield f"cast_{start}_to_{end}", _there_and_back(start, end)


def compare(g: Layers, op: str, left: ModelValue, right: ModelValue) -> ModelValue:
    shape = tuple(int(side) for side in np.broadcast_shapes(left.shape, right.shape))
    output = g.output(shape, "bool")
    options: Any = getattr(schema, f"{''.join(word.capitalize() for word in op.split('_'))}OptionsT")()
    g.graph.operator(op, [left.index, right.index], [output.index], options, 2 if left.scale else 1)
    return output


def cast(g: Layers, source: ModelValue, kind: str) -> ModelValue:
    output = g.output(source.shape, kind)
    g.graph.operator("CAST", [source.index], [output.index], schema.CastOptionsT())
    return output


def as_floats(g: Layers, truth: ModelValue) -> ModelValue:
    """No model gives a truth to its host."""
    return cast(g, truth, "float32")


def logical(g: Layers, sources: Sequence[ModelValue], op: str) -> ModelValue:
    shape = tuple(int(side) for side in np.broadcast_shapes(*(source.shape for source in sources)))
    output = g.output(shape, "bool")
    options: Any = getattr(schema, f"{''.join(word.capitalize() for word in op.split('_'))}OptionsT")()
    g.graph.operator(op, [source.index for source in sources], [output.index], options)
    return output


def truths(g: Layers, shape: tuple[int, ...], name: str = "asked") -> ModelValue:
    return compare(g, "LESS", g.input(shape, "float32", name=name), g.constant((1,), "float32"))


def select(g: Layers, truth: ModelValue, first: ModelValue, second: ModelValue, op: str = "SELECT_V2") -> ModelValue:
    shape = tuple(int(side) for side in np.broadcast_shapes(truth.shape, first.shape, second.shape))
    output = g.output(shape, first.kind, first.scale, first.zero_point)
    options: Any = schema.SelectOptionsT() if op == "SELECT" else schema.SelectV2OptionsT()
    g.graph.operator(op, [truth.index, first.index, second.index], [output.index], options)
    return output


def _numbers(
    g: Layers, kind: str, shape: tuple[int, ...], scale: float | None, zero_point: int, name: str
) -> ModelValue:
    """Floats are whole, so that some are equal."""
    source = g.input(shape, kind, scale, zero_point, name)
    return g.unary("FLOOR", source) if kind == "float32" else source


def _compared(op: str, kind: str, shape: tuple[int, ...], scale: float = 0.113, zero_point: int = -17) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        left = _numbers(g, kind, (1, 3, 4, 5), None, 3, "left")
        return [as_floats(g, compare(g, op, left, _numbers(g, kind, shape, scale, zero_point, "right")))]

    return model


def _whole(op: str) -> Model:
    return lambda g: [
        g.add(g.input((1, 3, 4, 5), "int32", name="left"), g.input((5,), "int32", name="right"), op=op),
    ]


def _two_truths(op: str) -> Model:
    return lambda g: [as_floats(g, logical(g, [truths(g, (1, 3, 5), "left"), truths(g, (5,), "right")], op))]


def _selected(
    kind: str, condition: tuple[int, ...], one: tuple[int, ...], other: tuple[int, ...], op: str = "SELECT_V2"
) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        first, second = g.input(one, kind, name="one"), g.input(other, kind, name="other")
        return [select(g, truths(g, condition), first, second, op)]

    return model


def _there_and_back(start: str, end: str) -> Model:
    """The host sees floats or whole numbers."""

    def model(g: Layers) -> list[ModelValue]:
        source = g.input((1, 33), start)
        far = source if start != "float32" else g.add(source, source)
        return [cast(g, cast(g, far, end), "float32" if start == "float32" else "int32")]

    return model
