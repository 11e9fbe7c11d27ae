"""Why a file cannot be read, in our words: libraries word it for programmers, each in another way.

It says what is wrong with the bytes, never where in a library that was noticed.
"""

from __future__ import annotations

import csv
import json
import struct
import wave
import zipfile
import zlib
from typing import Final

try:
    from lzma import LZMAError
except ImportError:  # Python in a browser has no LZMA, and its zipfile does not unpack it either.
    LZMAError = zipfile.BadZipFile  # type: ignore[assignment,misc]

ZIP_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""The exceptions of Python's library for damaged bytes of a ZIP archive."""
_DAMAGED_REASON = "it is damaged or cut short"
_SENTENCES = (
    (zipfile.BadZipFile, "is not a zip", "it is not a ZIP archive, or it is cut short"),
    (zipfile.BadZipFile, "crc", "a checksum in it is wrong"),
    (wave.Error, "unknown format", "its sound is not stored as PCM"),
    (wave.Error, "riff", "it does not begin as a WAV file does"),
    (wave.Error, "wave", "it does not begin as a WAV file does"),
    (csv.Error, "field larger", "a field of it is too long"),
    (csv.Error, "nul", "it has a byte that is 0, which no table has"),
    (ValueError, "pickle", "it is not a file of arrays, or has Python objects, which are not read"),
    (RuntimeError, "encrypted", "it is encrypted"),
    (RuntimeError, "password", "it is encrypted"),
)
"""The type of an error, a word of its message in small letters, and the sentence for both."""


def reason_of(error: BaseException) -> str:
    """Returns why bytes cannot be read, such as `it is cut short`: the end of a sentence, without a full stop."""
    match error:
        case json.JSONDecodeError():
            return f"it is not JSON: see line {error.lineno}, column {error.colno}"
        case UnicodeDecodeError():
            return f"it is not UTF-8 text: byte {error.start} does not fit"
        case RecursionError():
            return "it is nested too deeply"
        case NotImplementedError():
            return "it is compressed in a way that cannot be read"
        case EOFError():
            return "it is cut short"
        case OSError() if error.errno is not None and error.strerror:
            return error.strerror[0].lower() + error.strerror[1:]
        case zlib.error():
            return _DAMAGED_REASON
    message = str(error).lower()
    return next(
        (sentence for kind, word, sentence in _SENTENCES if isinstance(error, kind) and word in message),
        _DAMAGED_REASON,
    )


def is_folder(entry: zipfile.ZipInfo) -> bool:
    """Returns whether an entry of an archive stands for a folder. `ZipInfo.is_dir` fails for a name of no
    characters."""
    return entry.filename.endswith("/")


def is_utf8(name: str) -> bool:
    """Returns whether the name of a file of this system is text: Python gives its other bytes as halves of
    characters, which have no encoding."""
    return not any("\ud800" <= each <= "\udfff" for each in name)
