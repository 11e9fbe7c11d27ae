"""Objects of pictures as other tools write them: boxes and points, of which the middle is kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.json_files import objects_of, text_of
from rune.datasets.layouts.layout import word
from rune.datasets.positions import ObjectPosition, Positions

_BOX, _POLYGON = "rectanglelabels", "polygonlabels"
_SHAPES = (_BOX, _POLYGON, "keypointlabels", "ellipselabels")
"""The names of shapes in Label Studio; an ellipse has its middle as `x` and `y`."""
_MASKS = ("brushlabels", "bitmasklabels", "vectorlabels")
"""The names of marks that have no middle."""


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
    """Returns the middles of Label Studio's rectangles, ellipses, points and polygons, as fractions; None where nothing
    is marked. `results` are the values of an annotation. Raises `BadContent` for a mark without a middle or a label."""
    marks = [each for each in results if any(isinstance(each.get(name), list) for name in (*_SHAPES, *_MASKS))]
    positions = [each for value in marks if (each := _percent_shape(value)) is not None]
    if len(positions) < len(marks):
        raise BadContent(
            "It has a mark without a middle or a label, such as one of a brush. Draw boxes, and export again."
        )
    return tuple(positions) if positions else None


def _percent_shape(value: Mapping[str, Any]) -> ObjectPosition | None:
    kind = next((name for name in _SHAPES if isinstance(value.get(name), list)), None)
    if kind is None:
        return None
    left, top = (
        (_middle(value.get("points"), 0), _middle(value.get("points"), 1))
        if kind == _POLYGON
        else (_number(value.get("x")), _number(value.get("y")))
    )
    label = next((name for each in value[kind] if (name := word(text_of(each)))), "")
    if left is None or top is None or not label:
        return None
    if kind != _BOX:
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


def _middle(points: Any, axis: int) -> float | None:
    """Returns the middle of the box around points along an axis, None for what has no such box."""
    corners = points if isinstance(points, list) else []
    numbers = [_number(each[axis]) for each in corners if isinstance(each, list) and len(each) > axis]
    coordinates = [each for each in numbers if each is not None]
    return (min(coordinates) + max(coordinates)) / 2 if coordinates and len(coordinates) == len(corners) else None


def _number(value: Any) -> float | None:
    """Returns a number that can be one of a picture, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        return None
    return float(value)
