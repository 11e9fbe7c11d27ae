"""A part of a recording as one of its own. Positions are milliseconds of a sound, or rows of motion and tables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rune.datasets.content.content import BadContent
from rune.datasets.content.table import is_table, parse_table
from rune.datasets.content.wav import sound_of, wav_bytes
from rune.wav_file import is_wav

Values = npt.NDArray[np.float64]


def values_of(data: bytes) -> tuple[Values, float]:
    """The values of a stored recording, `[values, axes]`, and how many of them one position is: the values of a
    millisecond of a sound, 1 for rows. Raises `BadContent` for another kind of recording."""
    if is_wav(data):
        rate, sound = sound_of(data)
        return np.frombuffer(sound, "<i2").astype(np.float64).reshape(-1, 1), rate / 1000
    if is_table(data):
        return parse_table(data).rows, 1.0
    try:
        rows = [[float(value) for value in line.split(b",")] for line in data.splitlines()]
        return np.asarray(rows, np.float64).reshape(-1, 3), 1.0
    except ValueError:
        raise BadContent("Only sounds, motion and tables have parts.") from None


def length_of(data: bytes) -> int:
    """Returns how many positions a recording has. Raises `BadContent`."""
    values, step = values_of(data)
    return int(len(values) / step)


def cut(data: bytes, start: int, end: int) -> bytes:
    """Returns the positions from `start` up to and without `end`. Raises `BadContent` where there are none."""
    if is_wav(data):
        rate, sound = sound_of(data)
        return wav_bytes(rate, _some(sound[start * rate // 1000 * 2 : end * rate // 1000 * 2]))
    values_of(data)
    lines = data.splitlines(keepends=True)
    if is_table(data):
        return lines[0] + _some(b"".join(lines[1:][start:end]))
    return _some(b"".join(lines[start:end]))


def _some(data: bytes) -> bytes:
    if not data:
        raise BadContent("The part is empty.")
    return data
