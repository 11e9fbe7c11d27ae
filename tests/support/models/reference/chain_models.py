"""Models of several layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.layer_models import Model
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue


def chains_models(kind: str) -> Iterator[tuple[str, Model]]:
    yield "chain:residual", lambda g: _residual(g, kind)
    yield "chain:two_inputs_two_outputs", lambda g: _two_and_two(g, kind)
    yield "chain:input_is_output_too", lambda g: _passed_through(g, kind)
    yield "chain:dense", lambda g: _dense(g, kind)
    yield (
        "chain:padded_conv",
        lambda g: [g.conv(_framed(g, kind), 5, stride=(2, 2), padding="valid", activation="relu")],
    )
    yield "chain:elu", lambda g: _with_elu(g, kind)
    yield "chain:padded_depthwise", lambda g: [g.depthwise(_framed(g, kind), stride=(2, 2))]
    yield "chain:joined_rows", lambda g: _joined_rows(g, kind)


def _framed(g: Layers, kind: str) -> ModelValue:
    """An image with a frame of other widths on each side."""
    return g.move("PAD", g.input((2, 6, 5, 3), kind), (2, 9, 8, 3), ([[0, 0], [1, 2], [0, 3], [0, 0]],))


def _joined_rows(g: Layers, kind: str) -> list[ModelValue]:
    """Rows that are joined, and parts of them that are added to others of them."""
    source = g.input((1, 4, 3, 2), kind)
    options: Any = schema.ConcatenationOptionsT()
    options.axis = 1
    pooled = g.pool(source, "MAX_POOL_2D", (1, 1), (1, 1))
    other = g.pool(source, "AVERAGE_POOL_2D", (2, 1), (2, 1))
    rows = g.join("CONCATENATION", [pooled, other], (1, 6, 3, 2), options)
    upper = g.move("SLICE", rows, (1, 4, 3, 2), ([0, 0, 0, 0], [1, 4, 3, 2]))
    lower = g.move("SLICE", rows, (1, 4, 3, 2), ([0, 2, 0, 0], [1, 4, 3, 2]))
    return [g.add(upper, lower)]


def _residual(g: Layers, kind: str) -> list[ModelValue]:
    first = g.conv(g.input((1, 10, 8, 3), kind), 5, stride=(2, 2), activation="relu", zero_point=-128)
    second = g.conv(g.depthwise(first, activation="relu6", zero_point=-128), 5, kernel=(1, 1))
    pooled = g.pool(g.add(first, second, "relu", zero_point=-128), "AVERAGE_POOL_2D", (5, 4), (5, 4))
    return [g.softmax(g.fully_connected(g.reshape(pooled, (1, 5)), 3), 0.004)]


def _with_elu(g: Layers, kind: str) -> list[ModelValue]:
    """Layers around two ELUs; one of the results, that of the first convolution, is also used behind both."""
    first = g.conv(g.input((1, 6, 5, 3), kind), 4)
    second = g.unary("ELU", g.conv(g.unary("ELU", first, first.scale, first.zero_point), 4), 0.02, -60)
    return [g.fully_connected(g.reshape(g.add(first, second), (1, 120)), 5), second]


def _two_and_two(g: Layers, kind: str) -> list[ModelValue]:
    left = g.fully_connected(g.input((1, 9), kind, name="left"), 5, "relu")
    right = g.fully_connected(g.input((1, 4), kind, name="right"), 5, "relu")
    return [g.softmax(g.add(left, right), 0.2), left]


def _passed_through(g: Layers, kind: str) -> list[ModelValue]:
    source = g.input((1, 6), kind)
    return [source, g.fully_connected(source, 3)]


def _dense(g: Layers, kind: str) -> list[ModelValue]:
    source = g.input((1, 8, 3, 1), kind)
    features = g.pool(g.conv(source, 4, (4, 3)), "MAX_POOL_2D", (3, 3), (3, 3), "valid")
    return [g.softmax(g.fully_connected(g.fully_connected(g.reshape(features, (1, 8)), 6, "relu"), 4), 0.05)]
