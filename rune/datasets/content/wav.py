"""Reads WAV files. Of their chunks only the format and the sound are kept; titles, places and notes are dropped."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator

from rune.datasets.content.content import MAX_MILLISECONDS, BadContent, Content, Kind, Quality, stretches

DRAWN_PEAKS = 48
QUIET_PEAK = 655
"""2 % of full scale."""
MAX_RATE = 192_000
_FULL_SCALE = 32_767
_PCM, _EXTENSIBLE = 1, 0xFFFE


def is_wav(data: bytes) -> bool:
    """Whether the bytes begin as a WAV file does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def read_wav(data: bytes) -> Content:
    """Reads a 16-bit mono WAV file. Raises `BadContent`."""
    format_chunk = sound = None
    for name, body in wav_chunks(data):
        if name == b"fmt " and format_chunk is None:
            format_chunk = body
        elif name == b"data" and sound is None:
            sound = body
    if format_chunk is None or len(format_chunk) < 16 or sound is None:
        raise BadContent("The WAV file has no sound in it.")
    rate = _rate(format_chunk)
    if not sound or len(sound) % 2:
        raise BadContent("The WAV file is empty or cut short.")
    values = array("h", sound)
    if sys.byteorder == "big":
        values.byteswap()
    milliseconds = round(len(values) * 1000 / rate)
    if milliseconds > MAX_MILLISECONDS:
        raise BadContent(f"The sound lasts longer than 24 hours at its rate of {rate} Hz. Cut it and send the parts.")
    peaks = [_peak(values[part.start : part.stop]) for part in stretches(len(values), DRAWN_PEAKS)]
    return Content(
        Kind.SOUND,
        "audio/wav",
        wav_bytes(rate, sound),
        _quality(values, max(peaks)),
        milliseconds=milliseconds,
        drawing={"rate": rate, "peaks": [round(peak * 100 / 32_768) for peak in peaks]},
    )


def wav_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the name and the body of each chunk of a WAV file. Raises `BadContent` for one that ends behind the
    file."""
    (declared_size,) = struct.unpack_from("<I", data, 4)
    # Bytes behind the declared end belong to nothing. A recorder that was stopped declares 0, or far too much.
    data = data[: declared_size + 8] if 4 < declared_size <= len(data) - 8 else data
    offset = 12
    while offset + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, offset)
        offset += 8
        if size > len(data) - offset:
            raise BadContent("The WAV file is empty or cut short.")
        yield name, data[offset : offset + size]
        offset += size + size % 2


def _rate(format_chunk: bytes) -> int:
    """Returns the sample rate. Raises `BadContent` for another format than 16-bit mono PCM."""
    encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", format_chunk)
    if encoding == _EXTENSIBLE and len(format_chunk) >= 26:
        (encoding,) = struct.unpack_from("<H", format_chunk, 24)
    if encoding != _PCM or bits != 16:
        raise BadContent("The WAV file is not 16-bit PCM. Convert it and send it again.")
    if channels != 1:
        raise BadContent(f"The WAV file has {channels} channels; a sample has one. Convert it and send it again.")
    if not 0 < rate <= MAX_RATE:
        raise BadContent(f"The sample rate of the WAV file is {rate} Hz, which is out of range.")
    return int(rate)


def wav_bytes(rate: int, sound: bytes) -> bytes:
    """Returns a WAV file of 16-bit values of one channel."""
    header = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, _PCM, 1, rate, rate * 2, 2, 16
    )
    return header + struct.pack("<4sI", b"data", len(sound)) + sound


def _peak(values: array[int]) -> int:
    highest, lowest = max(values), min(values)
    return max(highest, -lowest)


def _quality(values: array[int], peak: int) -> Quality:
    if peak < QUIET_PEAK:
        return Quality.QUIET
    clipped_count = values.count(_FULL_SCALE) + values.count(-_FULL_SCALE - 1)
    return Quality.CLIPPED if clipped_count * 1000 >= len(values) else Quality.GOOD
