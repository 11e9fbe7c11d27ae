"""Good models with an operator, or an operator with types, that is not compiled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rune.compiler.anvil.ops.reduction.mean import SUM_OF_INT8
from tests.support.models.reference.further_models import batch_matmul
from tests.support.models.reference.layer_models import Model
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue


def refused() -> Iterator[tuple[str, Model, list[tuple[str, str, int]]]]:
    """Good models with an operator, or an operator with types, that is not compiled; and which these are."""
    yield "relu_0_to_1_logistic_f32", _logistic_of_bounded, [("RELU_0_TO_1", "float32", 1)]
    yield "relu_0_to_1_i8", lambda g: [_of_five(g, "RELU_0_TO_1", "int8")], [("RELU_0_TO_1", "int8", 1)]
    yield "elu_u8", lambda g: [_of_five(g, "ELU", "uint8")], [("ELU", "uint8", 1)]
    yield "abs_i8", lambda g: [_of_five(g, "ABS", "int8")], [("ABS", "int8", 1)]
    yield "sum_i8", lambda g: [g.reduce("SUM", g.input((2, 3), "int8"), (0,))], [("SUM", f"int8, {SUM_OF_INT8}", 1)]
    yield "batch_matmul_hybrid", _hybrid, [("BATCH_MATMUL", "float32 and int8 weights", 1)]
    yield "custom", _custom, [("CUSTOM:Magic", "float32", 2)]
    yield "reshape_bool", _bool_reshape, [("RESHAPE", "bool", 1)]


def _of_five(g: Layers, op: str, kind: str) -> ModelValue:
    return g.unary(op, g.input((1, 5), kind), None if kind == "float32" else 1.0 / 128.0)


def _logistic_of_bounded(g: Layers) -> list[ModelValue]:
    return [g.unary("LOGISTIC", _of_five(g, "RELU_0_TO_1", "float32"))]


def _hybrid(g: Layers) -> list[ModelValue]:
    return [batch_matmul(g, g.input((1, 3, 7), "float32"), g.constant((7, 4), "int8"))]


def _custom(g: Layers) -> list[ModelValue]:
    source = g.input((1, 6), "float32")
    features, output = g.output((1, 6), "float32"), g.output((1, 6), "float32")
    g.graph.operator("CUSTOM", [source.index], [features.index], custom_code="Magic")
    g.graph.operator("CUSTOM", [features.index], [output.index], custom_code="Magic")
    return [output]


def _bool_reshape(g: Layers) -> list[ModelValue]:
    source, output = g.graph.input("input", (1, 6), "bool"), g.output((2, 3), "bool")
    shape = g.graph.constant("shape", np.array([2, 3], np.int32))
    g.graph.operator("RESHAPE", [source, shape], [output.index])
    return [output]
