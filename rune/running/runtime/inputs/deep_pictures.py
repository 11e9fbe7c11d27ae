"""PNG files whose colours have 16 bits, of which Pillow decodes 8: as two files of 8 bits, the upper and lower halves.

A filter of PNG works on each byte with the byte at the same place of the pixel beside it and above it. So the upper
bytes of all channels are filtered on their own, and are the rows of a good file of 8 bits with the same filters.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from rune.running.runtime.errors import InputFile
from rune.unreadable import reason_of

PIXEL_LIMIT: Final = 16_000_000
"""Pixels that such a picture may have."""

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {2: 3, 6: 4}
"""For the kinds of colour: red, green, blue, and with alpha."""


def halves(data: bytes) -> tuple[bytes, bytes] | None:
    """The upper and the lower halves as PNG files; None where it is no such file. Raises `InputFile`.

    A file that is sent in seven passes is left to Pillow.
    """
    if data[:8] != _SIGNATURE or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height, depth, colour, packing, filtering, passes = struct.unpack_from(">IIBBBBB", data, 16)
    if depth != 16 or colour not in _CHANNELS or (packing, filtering, passes) != (0, 0, 0):
        return None
    if width * height > PIXEL_LIMIT:
        raise InputFile(
            f"the picture has {width} x {height} pixels of 16 bits, more than {PIXEL_LIMIT}; save it with 8 bits"
        )
    row = 1 + width * _CHANNELS[colour] * 2
    rows = _unpacked(data, row * height)
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return _file(head, _half(rows, row, 0)), _file(head, _half(rows, row, 1))


def _unpacked(data: bytes, size: int) -> bytes:
    """The filtered rows of the picture: `size` bytes and no more, whatever the file would unfold to."""
    packed_rows = b"".join(body for name, body in _chunks(data) if name == b"IDAT")
    try:
        rows = zlib.decompressobj().decompress(packed_rows, size)
    except zlib.error as error:
        raise InputFile(f"the picture cannot be read: {reason_of(error)}") from None
    if len(rows) != size:
        raise InputFile("the picture cannot be read: it is cut short")
    return rows


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size


def _half(rows: bytes, row: int, half: int) -> bytes:
    """Each row's filter, and every second byte of the rest: from the first on the upper ones."""
    starts = range(0, len(rows), row)
    return b"".join(rows[start : start + 1] + rows[start + 1 + half : start + row : 2] for start in starts)


def _file(head: bytes, rows: bytes) -> bytes:
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
