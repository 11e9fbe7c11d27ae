"""Computes where each row or column of a resized image lies in the image itself: the tables of `resize` and
`letterbox`.

The arithmetic is that of TFLite's reference kernels, in f32 or, for int8, in parts of 1024.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from rune.arithmetic import round_f32
from rune.blocks.signature import Argument, ArgumentKind

CENTRES = ("half_pixel", "corner", "align_corners")
"""The aligned points: centres of pixels, their upper left corners, or the centres of the four corner pixels."""
_METHODS = ("bilinear", "nearest")
SIZE = (
    Argument("height", ArgumentKind.INTEGER, "Rows of the output.", minimum=1, maximum=4096, unit="pixels"),
    Argument("width", ArgumentKind.INTEGER, "Columns of the output.", minimum=1, maximum=4096, unit="pixels"),
)
"""The arguments that are the size of an image that comes out."""
METHOD = Argument(
    "method",
    ArgumentKind.TEXT,
    "How a pixel is made: from the four around it, or as the nearest one.",
    default="bilinear",
    choices=_METHODS,
)


@dataclass(frozen=True)
class ImageAxis:
    """Rows or columns: how many the image has, and how many the output has."""

    size: int
    output_size: int
    centres: str


def nearest_places(line: ImageAxis) -> bytes:
    """`struct rune_image_place` for each row or column of the output: the nearest of the image."""
    scale, half = _scale(line), 0.5 if line.centres == "half_pixel" else 0.0
    places = []
    for at in range(line.output_size):
        scaled = round_f32(round_f32(at + half) * scale)
        place = math.floor(scaled + 0.5) if line.centres == "align_corners" else math.floor(scaled)
        places.append(_packed(line, place, place))
    return b"".join(places)


def bilinear_places(line: ImageAxis) -> bytes:
    """The same with the two that each lies between, and a weight in f32."""
    scale, places = _scale(line), []
    for at in range(line.output_size):
        if line.centres == "half_pixel":
            scaled = round_f32(round_f32(round_f32(at + 0.5) * scale) - 0.5)
        else:
            scaled = round_f32(at * scale)
        lower = max(math.floor(scaled), 0)
        places.append(_packed(line, lower, math.ceil(scaled), weight=round_f32(scaled - lower)))
    return b"".join(places)


def bilinear_places_1024(line: ImageAxis) -> bytes:
    """The same for int8, by whole numbers: a weight is a part of 1024."""
    aligned = line.centres == "align_corners" and line.output_size > 1
    size, output_size = (line.size - 1, line.output_size - 1) if aligned else (line.size, line.output_size)
    scale = (1024 * size + output_size // 2) // output_size
    places = []
    for at in range(line.output_size):
        scaled = at * scale + (scale // 2 - 512 if line.centres == "half_pixel" else 0)
        lower = max(int(scaled / 1024), 0)
        places.append(_packed(line, lower, int((scaled + 1023) / 1024), weight_1024=scaled - 1024 * lower))
    return b"".join(places)


def _scale(line: ImageAxis) -> float:
    if line.centres == "align_corners" and line.output_size > 1:
        return round_f32((line.size - 1) / (line.output_size - 1))
    return round_f32(line.size / line.output_size)


def _packed(line: ImageAxis, lower: int, upper: int, *, weight: float = 0.0, weight_1024: int = 0) -> bytes:
    last = line.size - 1
    return struct.pack("<iifi", max(min(lower, last), 0), max(min(upper, last), 0), weight, weight_1024)
