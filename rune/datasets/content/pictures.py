"""Reads PNG and JPEG files without decoding them: their parts are walked, and those that tell of the maker are dropped.

EXIF, GPS, XMP, thumbnails, comments, text and times go. What a decoder needs stays as it is. Only a picture that its
EXIF turns is decoded: its pixels are turned before the EXIF goes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from rune.datasets.content.content import BadContent, Content, Kind, Quality
from rune.datasets.content.orientation import UPRIGHT, exif_orientation, is_exif

MAX_SIDE = 4096
"""Pixels of a side; decoding a larger picture takes more than 64 MB."""
_PNG = b"\x89PNG\r\n\x1a\n"
_DECODED_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The JPEG markers of a frame, which has the picture's size."""
_RESTARTS = frozenset(range(0xD0, 0xD8))
_ADOBE = 0xEE
"""APP14 says how colours are stored: without it some pictures change their colours."""


def is_picture(data: bytes) -> bool:
    """Returns whether the bytes begin as a PNG or JPEG file does."""
    return data.startswith((_PNG, b"\xff\xd8\xff"))


def is_png(data: bytes) -> bool:
    """Returns whether the bytes begin as a PNG file does."""
    return data.startswith(_PNG)


def read_picture(data: bytes) -> Content:
    """Reads a PNG or JPEG file. Raises `BadContent`."""
    content, orientation = _plain_picture(data)
    if orientation == UPRIGHT:
        return content
    from rune.datasets.content.turning import upright_file  # Most pictures need no Pillow.

    return _plain_picture(upright_file(data, orientation))[0]


def orientation_of(data: bytes) -> int:
    """Returns the orientation that the EXIF of a PNG file says; `UPRIGHT` for a damaged one."""
    return next((exif_orientation(body) for name, body in _png_chunks(data) if name == b"eXIf"), UPRIGHT)


def _plain_picture(data: bytes) -> tuple[Content, int]:
    """Returns a picture without what tells of its maker, and the orientation that its EXIF said. Raises
    `BadContent`."""
    if is_png(data):
        stored_bytes = b"".join(_png_parts(data))
        width, height = struct.unpack_from(">II", stored_bytes, 16)
        media_type, orientation = "image/png", orientation_of(data)
    else:
        stored_bytes, (width, height), orientation = _strip_jpeg(data)
        media_type = "image/jpeg"
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise BadContent(f"The picture has {width} × {height} pixels; a side has 1 to {MAX_SIDE}.")
    drawing = {"width": width, "height": height}
    return Content(Kind.PICTURE, media_type, stored_bytes, Quality.UNCHECKED, drawing=drawing), orientation


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the name and the contents of each chunk of a PNG file, up to one that is cut short."""
    offset = len(_PNG)
    while offset + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, offset)
        yield name, data[offset + 8 : offset + 8 + size]
        offset += 12 + size


def _png_parts(data: bytes) -> Iterator[bytes]:
    """Yields what is kept of a PNG file. Raises `BadContent` for one that is damaged."""
    yield _PNG
    offset, has_pixels, is_first = len(_PNG), False, True
    while offset + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, offset)
        end = offset + 12 + size
        if end > len(data) or zlib.crc32(data[offset + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            break
        if is_first != (name == b"IHDR") or (is_first and size != 13):
            break
        has_pixels |= name == b"IDAT"
        if name in _DECODED_CHUNKS:
            yield data[offset:end]
        elif not name[0] & 0x20:
            # A chunk that a decoder must know, and that PNG does not define: such a file is not readable elsewhere.
            break
        if name == b"IEND":
            if has_pixels:
                return
            break
        offset, is_first = end, False
    raise BadContent("The PNG file is damaged or cut short.")


def _strip_jpeg(data: bytes) -> tuple[bytes, tuple[int, int], int]:
    """Returns what is kept of a JPEG file, its width and height, and the orientation that its EXIF says. Raises
    `BadContent` for one that is damaged."""
    segments, size, orientation, offset, has_pixels = [data[:2]], None, None, 2, False
    while offset + 4 <= len(data) and data[offset] == 0xFF:
        marker = data[offset + 1]
        if marker == 0xFF:
            offset += 1
            continue
        (length,) = struct.unpack_from(">H", data, offset + 2)
        end = offset + 2 + length
        if length < 2 or end > len(data) or marker < 0xC0 or marker in _RESTARTS:
            break
        if marker in _SIZES and length >= 8:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            size = (width, height)
        if marker == 0xDA:
            has_pixels = True
            end = _end_of_pixels(data, end)
        if marker == 0xE1 and orientation is None and is_exif(data[offset + 4 : end]):
            orientation = exif_orientation(data[offset + 4 : end])
        is_dropped = marker == 0xFE or (0xE1 <= marker <= 0xEF and marker != _ADOBE)
        if not is_dropped:
            segments.append(_plain_header(data[offset:end]) if marker == 0xE0 else data[offset:end])
        offset = end
        if data[offset : offset + 2] == b"\xff\xd9" and size is not None and has_pixels:
            return b"".join([*segments, b"\xff\xd9"]), size, orientation or UPRIGHT
    raise BadContent("The JPEG file is damaged or cut short.")


def _plain_header(segment: bytes) -> bytes:
    """Returns a JFIF header without its thumbnail, and nothing for another segment of the same marker."""
    if segment[4:9] != b"JFIF\0" or len(segment) < 18:
        return b""
    return segment[:2] + struct.pack(">H", 16) + segment[4:16] + b"\0\0"


def _end_of_pixels(data: bytes, offset: int) -> int:
    """Returns where the compressed pixels end that begin at `offset`: at the next marker."""
    while (offset := data.find(b"\xff", offset)) != -1 and offset + 1 < len(data):
        if data[offset + 1] != 0 and data[offset + 1] not in _RESTARTS and data[offset + 1] != 0xFF:
            return offset
        offset += 1 if data[offset + 1] == 0xFF else 2
    return len(data)
