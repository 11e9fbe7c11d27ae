"""Pictures in formats that are not read, by name: a phone's HEIC is refused with what to do, and not as "no recording".
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENDINGS: Final[Mapping[str, str]] = {
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".avif": "AVIF",
    ".webp": "WebP",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
"""The formats by the ends of names of files."""
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_MARKS: Final = (("GIF", b"GIF8"), ("TIFF", b"II*\0"), ("TIFF", b"MM\0*"), ("BMP", b"BM"))
_BOX_HEADER = 16
"""Bytes of the first box up to its compatible brands: size, `ftyp`, brand and version."""


def unread_picture(data: bytes) -> str | None:
    """Returns why the bytes of a picture in another format are refused, as a sentence; None for other bytes."""
    name = format_of(data)
    return None if name is None else refusal_of(name)


def unread_picture_file(path: str) -> str | None:
    """Returns why a file whose name says that it is such a picture is refused, None for another."""
    name = next((name for ending, name in ENDINGS.items() if path.lower().endswith(ending)), None)
    return None if name is None else refusal_of(name)


def refusal_of(name: str) -> str:
    """Returns the sentence that refuses pictures of a format."""
    advice = " On an iPhone, set Settings, Camera, Formats to Most compatible." if name == "HEIC" else ""
    return f"{name} pictures are not read. Export as JPEG or PNG and send it again.{advice}"


def format_of(data: bytes) -> str | None:
    """Returns the name of the format that the bytes begin as, None for any that is not listed here."""
    if data[4:8] == b"ftyp":
        length = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[8:12], *(data[place : place + 4] for place in range(_BOX_HEADER, length, 4))}
        # AVIF files name the container's general brand too.
        return "AVIF" if brands & _AVIF_BRANDS else "HEIC" if brands & _HEIC_BRANDS else None
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    # Two letters begin other files too, so the rest of a BMP's header is looked at.
    is_bitmap = data[:2] == b"BM" and data[6:10] == bytes(4)
    return next((name for name, mark in _MARKS if data.startswith(mark) and (name != "BMP" or is_bitmap)), None)
