"""Files that a browser's made-up microphone hears and its camera sees; a test writes them anew while the browser runs.

Chromium reads such a file when a page opens the microphone or the camera, and from its beginning again at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from rune.datasets.content.wav import wav_bytes

RATE = 16_000
WIDTH, HEIGHT = 320, 240
FRAME_RATE = 5
"""Frames a second of the camera."""
EVERY = 1.25
"""Seconds from one knock to the next."""
KNOCK_SECONDS = 0.25
SILENCE_BEFORE = 0.5
"""Seconds before the first knock."""

Samples = np.ndarray[Any, Any]
Frame = np.ndarray[Any, Any]


def room_sound(random: np.random.Generator, seconds: float) -> Samples:
    """The sound of an empty room: a quiet rush."""
    return random.normal(0, 0.03, round(seconds * RATE))


def knocks(random: np.random.Generator, count: int, silence: float) -> Samples:
    """Short tones of various pitch and loudness in a room, one every `EVERY` seconds; then `silence` seconds of the
    room alone."""
    samples = room_sound(random, SILENCE_BEFORE + count * EVERY + silence)
    moments = np.arange(round(KNOCK_SECONDS * RATE)) / RATE
    for number in range(count):
        begin = round((SILENCE_BEFORE + number * EVERY) * RATE)
        tone = np.sin(2 * np.pi * random.uniform(700, 900) * moments) * np.exp(-4 * moments)
        samples[begin : begin + len(moments)] += random.uniform(0.4, 0.7) * tone
    return samples


def write_microphone(path: Path, samples: Samples) -> None:
    """Replaces the file at once: a page that opens the microphone meanwhile hears the one or the other."""
    data = (np.clip(samples, -1, 1) * 32_000).astype("<i2").tobytes()
    _replace(path, wav_bytes(RATE, data))


def cups(random: np.random.Generator, count: int) -> Iterable[Frame]:
    """Frames of a bright disc that is held in various places; each value is the brightness of a pixel."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    for frame in empty_places(random, count):
        across, down = random.uniform(0.35, 0.65) * WIDTH, random.uniform(0.35, 0.65) * HEIGHT
        disc = (x - across) ** 2 + (y - down) ** 2 < (random.uniform(0.22, 0.32) * HEIGHT) ** 2
        yield np.where(disc, random.uniform(190, 235), frame)


def empty_places(random: np.random.Generator, count: int) -> Iterable[Frame]:
    """Frames of a dark table in various light."""
    for _ in range(count):
        yield random.uniform(40, 90) + random.normal(0, 6, (HEIGHT, WIDTH))


def write_camera(path: Path, frames: Iterable[Frame]) -> None:
    """Replaces the file at once, with frames in shades of grey."""
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    parts = [f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAME_RATE}:1 Ip A1:1 C420\n".encode()]
    for frame in frames:
        parts += [b"FRAME\n", np.clip(frame, 16, 235).astype(np.uint8).tobytes(), grey]
    _replace(path, b"".join(parts))


def _replace(path: Path, data: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(data)
    new.replace(path)
