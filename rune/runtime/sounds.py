"""Sound files as a rune's SOUND capability gets them: the samples of a PCM wav, as they are stored.

Nothing is resampled and channels stay interleaved, as in the native runtime.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from rune.runtime.errors import InputFile

_PCM = 1
_EXTENSIBLE = 0xFFFE


def wav_samples(data: bytes, count: int) -> bytes:
    """The first `count` samples of a wav of 8 or 16 bits as i16, little-endian. Raises `InputFile`.

    8 bit samples become -128 to 127 without being scaled.
    """
    bits, raw = _read_wav(data)
    found = len(raw) // (bits // 8)
    if found < count:
        raise InputFile(f"At least {count} samples are required to generate this input, but only {found} were provided")
    if bits == 16:
        return raw[: count * 2]
    return struct.pack(f"<{count}h", *(value - 128 for value in raw[:count]))


def _read_wav(data: bytes) -> tuple[int, bytes]:
    """Bits a sample, and the bytes of the samples."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise InputFile("the file is not a wav file")
    bits = None
    for name, body in _chunks(data):
        if name == b"fmt ":
            bits = _bits(body)
        elif name == b"data":
            if bits is None:
                raise InputFile("the wav file has its samples before their format")
            return bits, body
    raise InputFile("the wav file has no samples")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 12
    while offset + 8 <= len(data):
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        yield data[offset : offset + 4], data[offset + 8 : offset + 8 + size]
        offset += 8 + size + size % 2


def _bits(body: bytes) -> int:
    if len(body) < 16:
        raise InputFile("the format of the wav file is cut short")
    code: int = struct.unpack_from("<H", body)[0]
    bits: int = struct.unpack_from("<H", body, 14)[0]
    if code == _EXTENSIBLE and len(body) >= 26:
        code = struct.unpack_from("<H", body, 24)[0]
    if code != _PCM or bits not in (8, 16):
        raise InputFile(f"the wav file has {bits} bit samples of format {code}; save it as 16 bit PCM")
    return bits
