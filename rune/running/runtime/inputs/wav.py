"""Reading wav files: what their samples are, and the bytes of them. Nothing is decoded here."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from rune.running.runtime.errors import InputFile
from rune.wav_file import is_wav, wav_parts

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
    note: str | None = None
    """A sentence about a header that is wrong, without a full stop."""

    @property
    def frames(self) -> int:
        """Samples of each channel; a part of one at the end does not count."""
        return len(self.samples) // (self.bits // 8 * self.channels)


def read_wav(data: bytes) -> Wav:
    """The samples of a wav and what they are. Raises `InputFile`."""
    if not is_wav(data):
        raise InputFile("the file is not a wav file")
    parts = wav_parts(data)
    if parts.sound is None:
        if parts.format is not None:
            _format(parts.format)
        raise InputFile("the wav file has no samples")
    if parts.format is None:
        raise InputFile("the wav file has its samples before their format")
    return Wav(*_format(parts.format), parts.sound, parts.note)


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
