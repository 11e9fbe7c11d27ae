"""The pixels of small PNG files in shades of grey, in Python alone: no decoder in C reads what a person sent."""

from __future__ import annotations

import struct
import zlib

from rune.datasets.content.content import BadContent
from rune.datasets.content.pictures import is_png

MAX_GREY_SIDE = 128
"""Pixels of a side; a larger picture takes too long in Python."""
_GREY = (8, 0, 0, 0, 0)
"""Bits, colours, compression, filters and interlacing in the header of the files that are read."""


def grey_pixels(data: bytes) -> tuple[int, int, bytes]:
    """Returns width, height and pixels, row by row, each one byte.

    Raises `BadContent` for a picture that is larger than `MAX_GREY_SIDE`, damaged, or no PNG file of 8 bits of grey.
    """
    if not is_png(data) or len(data) < 33:
        raise BadContent("is no PNG file")
    width, height, *form = struct.unpack_from(">IIBBBBB", data, 16)
    if tuple(form) != _GREY:
        raise BadContent("is not in 256 shades of grey")
    if not (0 < width <= MAX_GREY_SIDE and 0 < height <= MAX_GREY_SIDE):
        raise BadContent(f"has {width} × {height} pixels, and a side has at most {MAX_GREY_SIDE}")
    size = height * (width + 1)
    try:
        rows = zlib.decompressobj().decompress(_compressed(data), size)
    except zlib.error:
        raise BadContent("is damaged") from None
    if len(rows) != size:
        raise BadContent("is damaged")
    pixels, above = bytearray(), bytearray(width)
    for start in range(0, size, width + 1):
        above = _unfiltered(rows[start], rows[start + 1 : start + 1 + width], above)
        pixels += above
    return width, height, bytes(pixels)


def _compressed(data: bytes) -> bytes:
    """The contents of all chunks of pixels. The file was read by `read_picture` before, which checks its chunks."""
    parts, offset = [], 8
    while offset + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, offset)
        if name == b"IDAT":
            parts.append(data[offset + 8 : offset + 8 + size])
        offset += 12 + size
    return b"".join(parts)


def _unfiltered(kind: int, row: bytes, above: bytearray) -> bytearray:
    """A row without its filter (PNG, section 9). Raises `BadContent` for a filter that PNG does not have."""
    if kind == 0:
        return bytearray(row)
    if kind > 4:
        raise BadContent("is damaged")
    result = bytearray(len(row))
    left = corner = 0
    for place, value in enumerate(row):
        up = above[place]
        predicted = (0, left, up, (left + up) // 2, _nearest(left, up, corner))[kind]
        left = result[place] = (value + predicted) & 0xFF
        corner = up
    return result


def _nearest(left: int, up: int, corner: int) -> int:
    """That of the three that is nearest to `left + up - corner`, the first of equals."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))
