"""Reads the pixels of small PNG files in shades of grey. Only zlib, with a limit, is not Python."""

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
        raise BadContent("is not a PNG file")
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
    pixels, above = bytearray(), bytes(width)
    for start in range(0, size, width + 1):
        above = _unfiltered(rows[start], rows[start + 1 : start + 1 + width], above)
        pixels += above
    return width, height, bytes(pixels)


def _compressed(data: bytes) -> bytes:
    """Returns the contents of all chunks of pixels. `read_picture` checked the chunks before the file was stored."""
    parts, offset = [], 8
    while offset + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, offset)
        if name == b"IDAT":
            parts.append(data[offset + 8 : offset + 8 + size])
        offset += 12 + size
    return b"".join(parts)


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    """Returns a row without its filter (PNG, section 9). Raises `BadContent` for a filter that PNG does not have."""
    if kind >= len(_FILTERS):
        raise BadContent("is damaged")
    return _FILTERS[kind](row, above)


def _unchanged(row: bytes, _above: bytes) -> bytes:
    return row


def _from_left(row: bytes, _above: bytes) -> bytes:
    result, left = bytearray(), 0
    for value in row:
        left = (value + left) & 0xFF
        result.append(left)
    return bytes(result)


def _from_above(row: bytes, above: bytes) -> bytes:
    return bytes((value + up) & 0xFF for value, up in zip(row, above, strict=True))


def _from_mean(row: bytes, above: bytes) -> bytes:
    result, left = bytearray(), 0
    for value, up in zip(row, above, strict=True):
        left = (value + (left + up) // 2) & 0xFF
        result.append(left)
    return bytes(result)


def _from_nearest(row: bytes, above: bytes) -> bytes:
    """Adds that of left, up and corner that is nearest to `left + up - corner`, the first of equals (Paeth)."""
    result, left, corner = bytearray(), 0, 0
    for value, up in zip(row, above, strict=True):
        to_left, to_up = abs(up - corner), abs(left - corner)
        to_corner = abs(left + up - 2 * corner)
        nearest = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
        left, corner = (value + nearest) & 0xFF, up
        result.append(left)
    return bytes(result)


_FILTERS = (_unchanged, _from_left, _from_above, _from_mean, _from_nearest)
"""The filters by the number that each row begins with. Each has a loop of its own: an export reads millions of
pixels."""
