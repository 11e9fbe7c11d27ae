"""The names of files in ZIP archives, of which many do not say how they are encoded."""

from __future__ import annotations

import struct
import zipfile
import zlib

_UTF8 = 0x800
"""The flag of a name in UTF-8. `zipfile` reads any other name as code page 437."""
_CODE_PAGE = "cp437"
_UNICODE_PATH = 0x7075
"""The extra field with the name in UTF-8 and a checksum of the other one (APPNOTE, 4.6.9)."""
_VERSION = 1


def zip_name(entry: zipfile.ZipInfo) -> str:
    """Returns the name of a file as the person who packed it sees it: from the extra field, else as UTF-8, which macOS
    writes without saying so, else as the library reads it."""
    name = entry.filename
    if entry.flag_bits & _UTF8 or name.isascii():
        return name
    try:
        name_bytes = name.encode(_CODE_PAGE)
        return (_unicode_path(entry.extra, name_bytes) or name_bytes).decode("utf-8")
    except UnicodeError:
        return name


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
