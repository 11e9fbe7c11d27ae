"""Describes a recording by numbers that are close where recordings sound, look or move alike."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rune.datasets.content.content import LARGEST_NUMBER, BadContent, Kind
from rune.datasets.content.table import parse_table
from rune.datasets.content.wav import sound_of

RECIPE: Final = 2
"""Changes with anything that changes the numbers or the fingerprint of a recording."""
MAX_SECONDS: Final = 30
"""A sound is described by its first seconds."""
_BANDS, _SLOTS = 24, 8
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 8000.0
_FLOOR_DB = 60.0
_SIDE = 12
_POINTS, _BINS = 32, 16
_COLUMNS = 16
_LARGE = 10.0
"""The logarithm of a large number of a table."""

Numbers = NDArray[np.float32]


def features_of(kind: Kind, data: bytes) -> Numbers:
    """Returns the numbers of a stored recording, most of them 0 to 1; recordings of one kind have equally many.

    Raises `BadContent` for a picture that cannot be decoded, and for motion beyond numbers of 32 bits.
    """
    if kind is Kind.SOUND:
        return _of_sound(*sound_values(data))
    if kind is Kind.PICTURE:
        return _of_picture(data)
    return _of_motion(motion_values(data)) if kind is Kind.MOTION else _of_table(parse_table(data).rows)


def sound_values(data: bytes) -> tuple[NDArray[np.float32], int]:
    """The values of a WAV file as it is stored, -1 to 1, and its rate in Hz. Raises `BadContent`."""
    rate, sound = sound_of(data)
    if not sound or not rate:
        raise BadContent("The WAV file has no sound in it.")
    values = np.frombuffer(sound, "<i2", count=min(len(sound) // 2, rate * MAX_SECONDS))
    return np.divide(values, 32768, dtype=np.float32), rate


def motion_values(data: bytes) -> NDArray[np.float32]:
    """The rows of a CSV of motion as it is stored, with x, y and z in each. Raises `BadContent`."""
    rows = np.array([line.split(b",") for line in data.splitlines()], dtype=np.float64)
    # Samples are older than the limit of what is stored.
    if np.abs(rows).max() > LARGEST_NUMBER:
        raise BadContent("The recording has a number that is out of range.")
    return rows.astype(np.float32)


def picture_pixels(data: bytes, mode: str, width: int, height: int) -> NDArray[np.float32]:
    """The pixels of a picture at another size, 0 to 1. Raises `BadContent`."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            image.draft(mode, (width, height))
            resized = image.convert(mode).resize((width, height), Image.Resampling.BOX)
            pixels: NDArray[np.float32] = np.divide(np.asarray(resized), 255, dtype=np.float32)
            return pixels
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadContent("The picture cannot be decoded.") from error


def band_energies(values: NDArray[np.float32], rate: int, bands: int, frame: int, hop: int) -> NDArray[np.float32]:
    """The energy of each frame in `bands` bands from 60 Hz to 8 kHz, wider towards the top. Shape: frames, bands."""
    if len(values) < frame:
        values = np.pad(values, (0, frame - len(values)))
    frames = np.lib.stride_tricks.sliding_window_view(values, frame)[::hop]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(frame).astype(np.float32), axis=1)) ** 2
    top = min(_HIGHEST_HZ, rate / 2)
    edges = np.geomspace(min(_LOWEST_HZ, top / 2), top, bands + 1) * frame / rate
    starts = np.minimum(np.maximum.accumulate(np.round(edges[:-1]).astype(int)), spectrum.shape[1] - 1)
    widths = np.maximum(1, np.round(edges[1:]).astype(int) - starts)
    sums = np.concatenate([np.zeros((len(spectrum), 1)), np.cumsum(spectrum, axis=1)], axis=1)
    ends = np.minimum(starts + widths, spectrum.shape[1])
    energies: NDArray[np.float32] = (sums[:, ends] - sums[:, starts]).astype(np.float32)
    return np.maximum(energies, 0)


def frame_length(rate: int, seconds: float) -> int:
    """The power of two that is closest to so many seconds, at least 16 values."""
    return max(16, 1 << round(float(np.log2(max(1.0, rate * seconds)))))


def _of_sound(values: NDArray[np.float32], rate: int) -> Numbers:
    frame = frame_length(rate, 0.032)
    decibels = 10 * np.log10(band_energies(values, rate, _BANDS, frame, frame // 2) + 1e-10)
    slots = [part.mean(axis=0) for part in np.array_split(decibels, min(_SLOTS, len(decibels)))]
    picture = np.stack([slots[number * len(slots) // _SLOTS] for number in range(_SLOTS)])
    shape = np.clip((picture - picture.max()) / _FLOOR_DB + 1, 0, 1)
    level = 10 * np.log10(float(np.mean(values**2)) + 1e-10)
    spread = np.clip(decibels.std(axis=0) / _FLOOR_DB, 0, 1)
    return np.concatenate([shape.ravel(), spread, [np.clip(level / _FLOOR_DB + 1, -1, 1)]]).astype(np.float32)


def _of_picture(data: bytes) -> Numbers:
    return picture_pixels(data, "RGB", _SIDE, _SIDE).ravel()


def _of_motion(rows: NDArray[np.float32]) -> Numbers:
    largest = float(np.abs(rows).max()) or 1.0
    scaled = rows / largest
    points = np.stack([scaled[number * len(scaled) // _POINTS] for number in range(_POINTS)])
    spectrum = np.abs(np.fft.rfft(scaled - scaled.mean(axis=0), n=max(len(scaled), 4 * _BINS), axis=0)) / len(scaled)
    bands = np.stack([each.max(axis=0) for each in np.array_split(spectrum[1:], _BINS)])
    size = np.clip(np.log10(largest + 1e-6) / 6, -1, 1)
    return np.concatenate([points.ravel(), bands.ravel(), [size]]).astype(np.float32)


def _of_table(rows: NDArray[np.float64]) -> Numbers:
    """The mean and the spread of the first columns, by the logarithm of their size."""
    own = rows[:, :_COLUMNS]
    facts = np.zeros((2, _COLUMNS))
    facts[:, : own.shape[1]] = own.mean(axis=0), own.std(axis=0)
    return (np.arcsinh(facts).ravel() / _LARGE).astype(np.float32)
