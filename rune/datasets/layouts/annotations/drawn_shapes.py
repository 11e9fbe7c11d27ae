"""Boxes and shapes in the JSON of Edge Impulse and Label Studio."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from rune.datasets.content.content import BadContent
from rune.datasets.label_names import word
from rune.datasets.layouts.annotations.boxes import MarkedObjects, ObjectBox, sized_box
from rune.datasets.layouts.containers.json_files import text_of

_BOX, _POLYGON, _ELLIPSE = "rectanglelabels", "polygonlabels", "ellipselabels"
_SHAPES = (_BOX, _POLYGON, "keypointlabels", _ELLIPSE)
"""The names of shapes in Label Studio; an ellipse has its middle as `x` and `y`."""
_MASKS = ("brushlabels", "bitmasklabels", "vectorlabels")
"""The names of marks that have no middle."""
_PERCENT = 100.0


def pixel_boxes(value: Any) -> MarkedObjects:
    """Returns Edge Impulse's boxes, in pixels of the picture. Raises `BadContent` for what is no list of boxes."""
    if not isinstance(value, list):
        raise BadContent("Its list of boxes is not a list.")
    return MarkedObjects([_pixel_box(each) for each in value], 0.0, 0.0)


def _pixel_box(box: Any) -> ObjectBox:
    row = box if isinstance(box, Mapping) else {}
    label = word(text_of(row.get("label")))
    left, top, width, height = (number_in_picture(row.get(name)) for name in ("x", "y", "width", "height"))
    if left is None or top is None or width is None or height is None or not label:
        raise BadContent("It has a box without a label, a place or a size. Draw it again, and export again.")
    return sized_box(label, left, top, width, height)


def percent_shapes(results: Iterable[Mapping[str, Any]]) -> MarkedObjects | None:
    """Returns Label Studio's rectangles, ellipses, points and polygons, in percent; None where nothing is marked.
    `results` are the values of an annotation. Raises `BadContent` for a mark without a place, a size or a label."""
    marks = [each for each in results if any(isinstance(each.get(name), list) for name in (*_SHAPES, *_MASKS))]
    boxes = [each for value in marks if (each := _percent_shape(value)) is not None]
    if len(boxes) < len(marks):
        raise BadContent(
            "It has a mark without a middle or a label, such as one of a brush. Draw boxes, and export again."
        )
    sizes = [size for value in marks if (size := _marked_size(value)) is not None]
    return MarkedObjects(boxes, _PERCENT, _PERCENT, sizes[0] if sizes else None) if boxes else None


def _marked_size(value: Mapping[str, Any]) -> tuple[float, float] | None:
    width, height = number_in_picture(value.get("original_width")), number_in_picture(value.get("original_height"))
    return (width, height) if width and height and width > 0 and height > 0 else None


def _percent_shape(value: Mapping[str, Any]) -> ObjectBox | None:
    kind = next((name for name in _SHAPES if isinstance(value.get(name), list)), None)
    if kind is None:
        return None
    label = next((name for each in value[kind] if (name := word(text_of(each)))), "")
    if not label:
        return None
    if kind == _POLYGON:
        return _around(label, value.get("points"))
    x, y = number_in_picture(value.get("x")), number_in_picture(value.get("y"))
    if x is None or y is None:
        return None
    if kind == _ELLIPSE:
        across, down = (number_in_picture(value.get(name)) or 0.0 for name in ("radiusX", "radiusY"))
        return sized_box(label, x - across, y - down, 2 * across, 2 * down)
    if kind != _BOX:
        return ObjectBox(label, x, y, x, y)
    width, height = number_in_picture(value.get("width")) or 0.0, number_in_picture(value.get("height")) or 0.0
    return _turned(label, sized_box(label, x, y, width, height), value)


def _turned(label: str, box: ObjectBox, value: Mapping[str, Any]) -> ObjectBox:
    """Returns the box around a rectangle that is turned around its upper left corner, clockwise."""
    angle = math.radians(number_in_picture(value.get("rotation")) or 0.0)
    if not angle:
        return box
    # Percent of width and of height are different lengths.
    width, height = _marked_size(value) or (1.0, 1.0)
    shape = width / height
    across, down = (box.right - box.left) * shape, box.bottom - box.top
    corners = [(0.0, 0.0), (across, 0.0), (0.0, down), (across, down)]
    x = [box.left + (right * math.cos(angle) - below * math.sin(angle)) / shape for right, below in corners]
    y = [box.top + right * math.sin(angle) + below * math.cos(angle) for right, below in corners]
    return ObjectBox(label, min(x), min(y), max(x), max(y))


def _around(label: str, points: Any) -> ObjectBox | None:
    """Returns the box around points, None for what is no list of points."""
    corners = points if isinstance(points, list) else []
    pairs = [
        (x, y)
        for each in corners
        if isinstance(each, list) and len(each) == 2
        for x, y in [(number_in_picture(each[0]), number_in_picture(each[1]))]
        if x is not None and y is not None
    ]
    if not pairs or len(pairs) < len(corners):
        return None
    left, top = min(x for x, _ in pairs), min(y for _, y in pairs)
    return sized_box(label, left, top, max(x for x, _ in pairs) - left, max(y for _, y in pairs) - top)


def number_in_picture(value: Any) -> float | None:
    """Returns a number that can be one of a picture, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        return None
    return float(value)
