"""Reading wav files: what their samples are, and the bytes of them. Nothing is decoded here."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rune.running.runtime.errors import InputFile

_PCM = 1
_FLOAT = 3
_EXTENSIBLE = 0xFFFE
_FORMATS = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}


@dataclass(frozen=True)
class Wav:
    """A wav file: `rate` in samples a second of each of `channels`, which are interleaved in `samples`."""

    rate: int
    channels: int
    bits: int
    is_float: bool
    samples: bytes

    @property
    def frames(self) -> int:
        """Samples of each channel; a part of one at the end does not count."""
        return len(self.samples) // (self.bits // 8 * self.channels)


def read_wav(data: bytes) -> Wav:
    """The samples of a wav and what they are. Raises `InputFile`."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise InputFile("the file is not a wav file")
    format_fields: tuple[int, int, int, bool] | None = None
    for name, body in _chunks(data):
        if name == b"fmt ":
            format_fields = _format(body)
        elif name == b"data":
            if format_fields is None:
                raise InputFile("the wav file has its samples before their format")
            if not body and _has_samples_behind(data):
                raise InputFile(
                    "the header of the wav file says that it has no samples, and there are bytes behind it: the file "
                    "was not closed properly; save it again"
                )
            return Wav(*format_fields, body)
    raise InputFile("the wav file has no samples")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 12
    while offset + 8 <= len(data):
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        yield data[offset : offset + 4], data[offset + 8 : offset + 8 + size]
        offset += 8 + size + size % 2


def _has_samples_behind(data: bytes) -> bool:
    """Whether what follows an empty chunk of samples is no list of chunks, such as a title, up to the end."""
    offset, names = 12, []
    while offset + 8 <= len(data):
        names.append(data[offset : offset + 4])
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        offset += 8 + size + size % 2
    return not all(name.isascii() and name.decode("ascii").isprintable() for name in names) or offset < len(data)


def _format(body: bytes) -> tuple[int, int, int, bool]:
    """Samples a second, channels, bits a sample, and whether they are floats."""
    if len(body) < 16:
        raise InputFile("the format of the wav file is cut short")
    code, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", body)
    if code == _EXTENSIBLE and len(body) >= 26:
        code = struct.unpack_from("<H", body, 24)[0]
    if (code, bits) not in _FORMATS:
        raise InputFile(f"the wav file has {bits} bit samples of format {code}; save it as 16 bit PCM")
    if channels == 0 or rate == 0 or block != channels * bits // 8:
        raise InputFile(
            f"the format of the wav file contradicts itself: {channels} channels of {bits} bits in {block} bytes, "
            f"{rate} times a second; save it again as 16 bit PCM"
        )
    return rate, channels, bits, code == _FLOAT
