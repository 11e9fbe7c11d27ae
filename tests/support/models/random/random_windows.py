"""Chains of filters by seed, with what passes fold or share: images in a frame, filters of one row or one pixel, and as
many channels as before."""

from __future__ import annotations

import math
from typing import Any

from tests.support.models.random.random_drawing import LARGEST, ModelDrawing
from tests.support.models.reference.model_values import ModelValue

LENGTH = 3
"""The most filters of a chain."""
FRAMES = (0, 0, 1, 5, 40)
"""Rows or columns of a frame on one side."""


def random_windows(seed: int) -> bytes:
    """The file. The same seed gives the same bytes."""
    drawing = ModelDrawing(seed)
    drawing.kind = drawing.one_of(("int8", "float32", drawing.kind))
    image = drawing.image()
    for number in range(drawing.whole(1, LENGTH)):
        canvas = _framed(drawing, image) if drawing.chance(0.6) else image
        image = _filtered(drawing, canvas, may_be_hybrid=number == 0)
    return drawing.layers.graph.finish(image.index)


def _framed(drawing: ModelDrawing, image: ModelValue) -> ModelValue:
    frame = [[0, 0], *([drawing.one_of(FRAMES), drawing.one_of(FRAMES)] for _ in range(2)), [0, 0]]
    shape = tuple(size + sum(each) for size, each in zip(image.shape, frame, strict=True))
    return drawing.layers.move("PAD", image, shape, (frame,)) if math.prod(shape) <= 8 * LARGEST else image


def _filtered(drawing: ModelDrawing, image: ModelValue, *, may_be_hybrid: bool) -> ModelValue:
    """Hybrid is the first alone: it rounds, which makes small differences of floats large."""
    height, width, depth = image.shape[1:]
    pixel, filter_row = (1, 1), (1, drawing.one_of((1, min(3, width))))
    any_size = (drawing.whole(1, min(3, height)), drawing.whole(1, min(3, width)))
    # A step as long as the image lays the filter on its edge alone.
    kernel, stride = drawing.one_of(
        ((pixel, (1, 1)), (filter_row, (1, 1)), (any_size, (height, width)), (any_size, (drawing.whole(1, 2),) * 2))
    )
    options: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": drawing.one_of(("same", "valid"))}
    fits_twice = all(2 * taps - 1 <= side for taps, side in zip(kernel, (height, width), strict=True))
    kind = drawing.one_of(("conv", "conv", "depthwise", "pool"))
    if kind == "pool":
        return drawing.layers.pool(image, drawing.one_of(("MAX_POOL_2D", "AVERAGE_POOL_2D")), **options)
    if stride == (1, 1) and fits_twice and drawing.chance(0.3):
        options["dilation"] = (2, 2)
    options |= {"activation": drawing.one_of(("none", "relu")), "zero_point": drawing.zero_point()}
    if image.kind == "float32" and may_be_hybrid:
        options["hybrid"] = drawing.chance(0.5)
    if kind == "depthwise":
        return drawing.layers.depthwise(image, **options)
    return drawing.layers.conv(image, drawing.one_of((depth, drawing.whole(1, 12))), **options)
