"""The names of files in ZIP archives, of which many do not say how they are encoded, and some have backslashes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from unicodedata import normalize

from rune.wording import quoted

_UTF8 = 0x800
"""The flag of a name in UTF-8. `zipfile` reads any other name as code page 437."""
_CODE_PAGE = "cp437"
_UNICODE_PATH = 0x7075
"""The extra field with the name in UTF-8 and a checksum of the other one (APPNOTE, 4.6.9)."""
_VERSION = 1
_GUESSES = {"gbk": "GBK", "shift_jis": "Shift JIS", "euc_kr": "EUC-KR", "cp1251": "Windows-1251"}
"""Encodings in which packers of other languages write names, by the codec."""


def zip_name(entry: zipfile.ZipInfo) -> str:
    """Returns the name of a file as the person who packed it sees it: from the extra field, else as UTF-8, which macOS
    writes without saying so, else as the library reads it. Backslashes, which PowerShell writes, separate folders, and
    accents are composed (NFC): names that look the same are the same. Paths are checked behind this."""
    return normalize("NFC", _decoded(entry) or entry.filename).replace("\\", "/")


def name_doubt(entries: Iterable[zipfile.ZipInfo]) -> str | None:
    """Returns a sentence about names whose encoding nothing says, with one of them; None where all say it."""
    entry = next((each for each in entries if _decoded(each) is None), None)
    if entry is None:
        return None
    name_bytes = entry.orig_filename.encode(_CODE_PAGE, "replace")
    others = [(code, text) for code in _GUESSES if (text := _text_in(name_bytes, code))]
    guess = f" In {_GUESSES[others[0][0]]} it would be {quoted(others[0][1])}." if others else ""
    return (
        f"The archive does not say how its names are encoded. This one was read as {quoted(zip_name(entry))}.{guess} "
        "If it is wrong, pack the archive again with names in UTF-8, as 7-Zip, macOS and Linux do."
    )


def _decoded(entry: zipfile.ZipInfo) -> str | None:
    """Returns a name whose encoding is known, None for another."""
    name = entry.orig_filename.partition("\0")[0]
    if entry.flag_bits & _UTF8 or name.isascii():
        return name
    try:
        name_bytes = name.encode(_CODE_PAGE)
        return (_unicode_path(entry.extra, name_bytes) or name_bytes).decode("utf-8")
    except UnicodeError:
        return None


def _text_in(name_bytes: bytes, code: str) -> str:
    """Returns a name in an encoding of letters; "" where it does not fit."""
    try:
        text = name_bytes.decode(code).replace("\\", "/")
    except UnicodeDecodeError:
        return ""
    return text if all(each.isascii() or each.isalpha() for each in text) else ""


def _unicode_path(extra: bytes, name_bytes: bytes) -> bytes | None:
    """Returns the name in the extra fields of a file, None without one that belongs to the name that was written."""
    offset = 0
    while offset + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, offset)
        body = extra[offset + 4 : offset + 4 + size]
        if kind == _UNICODE_PATH and body[:5] == struct.pack("<BI", _VERSION, zlib.crc32(name_bytes)):
            return body[5:]
        offset += 4 + size
    return None
