"""Models of the ops that attention blocks and layer normalisation have: GELU, and RSQRT of int8."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]

LOWEST = -128
"""The zero point of a tensor without numbers below zero."""


def attention_models() -> Iterator[tuple[str, Model]]:
    """Every model, by name."""
    for name, by_tanh in (("erf", False), ("tanh", True)):
        yield f"gelu_f32_{name}", _gelu_of_floats(by_tanh)
        for detail, scale in (("fine", 0.011), ("plain", 0.0473), ("coarse", 0.31)):
            yield f"gelu_i8_{name}_{detail}", _gelu_of_bytes(by_tanh, scale)
    for detail, scale, to in (("fine", 0.0039, 0.12), ("plain", 0.031, 0.045), ("coarse", 4.7, 0.0021)):
        yield f"rsqrt_i8_{detail}", _root_of_bytes(scale, to)
    yield "rsqrt_i8_zero_point", _root_of_bytes(0.5, 0.011, 5)


def gelu(g: Layers, source: ModelValue, by_tanh: bool, scale: float | None = None, zero_point: int = 0) -> ModelValue:
    """GELU of floats, or of int8 with a scale for what it gives."""
    options = schema.GeluOptionsT()
    options.approximate = by_tanh
    output = g.output(source.shape, source.kind, scale, zero_point)
    g.graph.operator("GELU", [source.index], [output.index], options)
    return output


def _gelu_of_floats(by_tanh: bool) -> Model:
    return lambda g: [gelu(g, g.input((1, 99), "float32"), by_tanh)]


def _gelu_of_bytes(by_tanh: bool, scale: float) -> Model:
    return lambda g: [gelu(g, g.input((1, 256), "int8", scale, -9), by_tanh, scale * 0.6, -100)]


def _root_of_bytes(scale: float, to: float, zero_point: int = -128) -> Model:
    return lambda g: [g.unary("RSQRT", g.input((1, 256), "int8", scale, LOWEST), float(np.float32(to)), zero_point)]
