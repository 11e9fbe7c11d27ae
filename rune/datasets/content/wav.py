"""Reads WAV files. Of their chunks only the format and the sound are kept; titles, places and notes are dropped."""

from __future__ import annotations

import struct
import sys
from array import array

from rune.datasets.content.content import MAX_MILLISECONDS, BadContent, Content, Kind, Quality, stretches
from rune.wav_file import wav_parts

DRAWN_PEAKS = 48
QUIET_PEAK = 655
"""2 % of full scale."""
MAX_RATE = 192_000
_FULL_SCALE = 32_767
_PCM, _EXTENSIBLE = 1, 0xFFFE


def read_wav(data: bytes) -> Content:
    """Reads a 16-bit mono WAV file. Raises `BadContent`."""
    parts = wav_parts(data)
    if parts.format is None or len(parts.format) < 16 or parts.sound is None:
        raise BadContent("The WAV file has no sound in it.")
    rate = _rate(parts.format)
    sound = parts.sound[: len(parts.sound) // 2 * 2]
    if not sound:
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
        note="" if parts.note is None else f"{parts.note[0].upper()}{parts.note[1:]}.",
    )


def sound_of(data: bytes) -> tuple[int, bytes]:
    """Returns the rate and the values of a stored sound, 16 bits each."""
    parts = wav_parts(data)
    sound = parts.sound or b""
    return int.from_bytes((parts.format or b"")[4:8], "little"), sound[: len(sound) // 2 * 2]


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
