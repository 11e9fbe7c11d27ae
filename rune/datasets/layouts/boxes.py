"""Objects of pictures as other tools write them: boxes and points, of which the middle is kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from rune.datasets.layouts.json_files import objects_of, text_of
from rune.datasets.layouts.layout import word
from rune.datasets.positions import ObjectPosition, Positions

_SHAPES = ("rectanglelabels", "keypointlabels", "ellipselabels")
"""The names of shapes in Label Studio; an ellipse has its middle as `x` and `y`."""


def pixel_boxes(value: Any) -> Positions:
    """Returns the middles of Edge Impulse's boxes, in pixels. What is no box is left out."""
    return tuple(_pixel_boxes(objects_of(value)))


def _pixel_boxes(boxes: Iterable[Mapping[str, Any]]) -> Iterable[ObjectPosition]:
    for box in boxes:
        left, top, width, height = (_number(box.get(name)) for name in ("x", "y", "width", "height"))
        label = word(text_of(box.get("label")))
        if left is not None and top is not None and label:
            yield ObjectPosition(label, left + (width or 0) / 2, top + (height or 0) / 2)


def percent_shapes(results: Iterable[Mapping[str, Any]]) -> Positions | None:
    """Returns the middles of Label Studio's rectangles, ellipses and points, as fractions; None where there are none
    of them. `results` are the values of an annotation."""
    positions = [each for value in results if (each := _percent_shape(value)) is not None]
    return tuple(positions) if positions else None


def _percent_shape(value: Mapping[str, Any]) -> ObjectPosition | None:
    kind = next((name for name in _SHAPES if isinstance(value.get(name), list)), None)
    if kind is None:
        return None
    left, top = _number(value.get("x")), _number(value.get("y"))
    label = next((name for each in value[kind] if (name := word(text_of(each)))), "")
    if left is None or top is None or not label:
        return None
    if kind != "rectanglelabels":
        return ObjectPosition(label, left / 100, top / 100)
    width, height = _number(value.get("width")) or 0.0, _number(value.get("height")) or 0.0
    # A rectangle is turned around its upper left corner, clockwise.
    angle = math.radians(_number(value.get("rotation")) or 0.0)
    if not angle:
        return ObjectPosition(label, (left + width / 2) / 100, (top + height / 2) / 100)
    # Percent of width and of height are different lengths.
    shape = (_number(value.get("original_width")) or 1.0) / (_number(value.get("original_height")) or 1.0)
    across, down = width / 2 * shape, height / 2
    x = left + (across * math.cos(angle) - down * math.sin(angle)) / shape
    y = top + across * math.sin(angle) + down * math.cos(angle)
    return ObjectPosition(label, x / 100, y / 100)


def _number(value: Any) -> float | None:
    """Returns a number that can be one of a picture, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        return None
    return float(value)
