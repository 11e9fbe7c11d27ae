"""Pixels as PNG files."""

from __future__ import annotations

import struct
import zlib


def grey_png(width: int, height: int, pixels: bytes) -> bytes:
    """Returns a PNG file of these shades of grey, row by row, each one byte."""
    return _png(width, height, pixels, _GREY)


def colour_png(width: int, height: int, pixels: bytes) -> bytes:
    """Returns a PNG file of these colours, row by row, each three bytes: red, green and blue."""
    return _png(width, height, pixels, _COLOUR)


_GREY, _COLOUR = 0, 2
"""The types of colour in the header of a PNG file."""


def _png(width: int, height: int, pixels: bytes, colour: int) -> bytes:
    size = len(pixels) // height
    rows = b"".join(b"\0" + pixels[start : start + size] for start in range(0, size * height, size))
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body) for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
