"""Draws each operator that remembers. For `random_operators.py`."""

from __future__ import annotations

import math

from tests.support.models.random.random_drawing import ModelDrawing
from tests.support.models.reference.model_values import ModelValue
from tests.support.models.reference.state_models import delayed, lstm, svdf, windowed


def draw_delayed(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source()
    return delayed(drawing.layers, source, f"variable {source.index} {drawing.whole(0, 10**9)}")


def draw_windowed(drawing: ModelDrawing) -> ModelValue:
    rows = drawing.whole(1, 3)
    source = drawing.source(
        lambda value: 2 < len(value.shape) < 5 and value.shape[0] == 1 and math.prod(value.shape) < 500
    )
    if source.shape[0] != 1:
        source = drawing.input((1, 2, 3))
    return windowed(drawing.layers, source, rows, f"variable {source.index} {drawing.whole(0, 10**9)}")


def draw_svdf(drawing: ModelDrawing) -> ModelValue:
    kind = "float32" if drawing.kind == "float32" else "int8"
    source = drawing.source(lambda value: len(value.shape) == 2 and value.kind == kind)
    if source.kind != kind or len(source.shape) != 2:
        source = drawing.input((drawing.whole(1, 2), drawing.whole(1, 9)), kind)
    sizes = drawing.whole(1, 6), drawing.whole(1, 2), drawing.whole(1, 4)
    return svdf(drawing.layers, source, *sizes, drawing.chance(0.7))


def draw_lstm(drawing: ModelDrawing) -> ModelValue:
    kind = "float32" if drawing.kind == "float32" else "int8"
    source = drawing.input((drawing.whole(1, 3), drawing.whole(1, 4), drawing.whole(1, 6)), kind)
    clip = drawing.one_of((0.0, 0.0, 0.6))
    point, bits = drawing.zero_point(), drawing.whole(9, 15)
    return lstm(drawing.layers, source, drawing.whole(1, 6), drawing.chance(0.3), clip, point, bits)
