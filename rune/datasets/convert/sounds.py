"""Sounds of any PCM format, and values with a rate, as 16-bit mono WAV files."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from rune.datasets.content.content import BadContent
from rune.datasets.content.wav import MAX_RATE, wav_bytes
from rune.wav_file import wav_parts

MAX_CHANNELS = 16
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FULL_SCALE = 32_767
_RATE_ERROR = 1e-3
"""The share by which a rate may be rounded: intervals in milliseconds are not exact."""

Samples = npt.NDArray[np.float64]


def plain_wav(data: bytes) -> bytes:
    """Returns a WAV file as one of 16 bits with one channel: channels are averaged. Raises `BadContent`."""
    parts = wav_parts(data)
    header, sound = parts.format or b"", parts.sound
    if len(header) < 16 or not sound:
        raise BadContent("The WAV file has no sound in it.")
    encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", header)
    if encoding == _EXTENSIBLE and len(header) >= 26:
        (encoding,) = struct.unpack_from("<H", header, 24)
    if (encoding, bits, channels) == (_PCM, 16, 1):
        return data
    if not 0 < channels <= MAX_CHANNELS:
        raise BadContent(f"The WAV file has {channels} channels; an import takes 1 to {MAX_CHANNELS}.")
    return wav_of(_decoded(sound, encoding, bits), channels, rate)


def wav_of(values: Samples, channels: int, rate: float) -> bytes:
    """Returns values from -1 to 1, channel after channel, as a WAV file. Raises `BadContent`."""
    if not 1 <= rate <= MAX_RATE:
        raise BadContent(f"The sample rate of the sound is {rate:g} Hz, which is out of range.")
    if abs(rate - round(rate)) > rate * _RATE_ERROR:
        raise BadContent(f"The sample rate of the sound is {rate:g} Hz; a WAV file has a whole number.")
    values = values[: len(values) // channels * channels].reshape(-1, channels)
    if not values.size:
        raise BadContent("The sound is empty.")
    if not np.isfinite(values).all():
        raise BadContent("The sound has values that are not numbers.")
    mono = np.clip(np.rint(values.mean(axis=1) * (_FULL_SCALE + 1)), -_FULL_SCALE - 1, _FULL_SCALE)
    return wav_bytes(round(rate), mono.astype("<i2").tobytes())


def wav_of_numbers(values: Samples, rate: float, *, is_integral: bool) -> bytes:
    """Returns values of one channel as a WAV file: integers of 16 bits, or values from -1 to 1. Raises `BadContent` for
    others, which would be cut off."""
    if is_integral:
        if not ((values == np.rint(values)) & (values >= -_FULL_SCALE - 1) & (values <= _FULL_SCALE)).all():
            raise BadContent("The sound has values that are neither integers of 16 bits nor from -1 to 1.")
        values = values / (_FULL_SCALE + 1)
    return wav_of(values, 1, rate)


def _decoded(sound: bytes, encoding: int, bits: int) -> Samples:
    if encoding == _FLOAT and bits in (32, 64):
        width = bits // 8
        return np.frombuffer(sound[: len(sound) // width * width], f"<f{width}").astype(np.float64)
    if encoding == _PCM and bits == 8:
        return (np.frombuffer(sound, np.uint8).astype(np.float64) - 128) / 128
    if encoding == _PCM and bits in (16, 32):
        width = bits // 8
        values = np.frombuffer(sound[: len(sound) // width * width], f"<i{width}")
        return values.astype(np.float64) / 2.0 ** (bits - 1)
    if encoding == _PCM and bits == 24:
        parts = np.frombuffer(sound[: len(sound) // 3 * 3], np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), np.uint8)
        wide[:, 1:] = parts
        return wide.view("<i4").reshape(-1).astype(np.float64) / 2.0**31
    raise BadContent("The WAV file is not PCM of 8, 16, 24 or 32 bits. Convert it and import it again.")
