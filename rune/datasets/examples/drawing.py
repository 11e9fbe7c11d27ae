"""Computes single example recordings: a whistle, a shake, a ring, the readings of a machine. Pure functions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rune.datasets.content.wav import wav_bytes
from rune.datasets.convert.pictures import grey_png

Array = np.ndarray[Any, Any]
Random = np.random.Generator

RATE: Final = 16_000
"""Samples a second of a sound, which lasts one second."""
ROWS: Final = 150
"""Rows of a motion: three seconds of 50 rows a second."""
SIDE: Final = 96
"""Pixels of a side of a picture."""
READINGS: Final = 8
"""Rows of a table."""
_GRAVITY = 9.81
_HEADER = "temperature,current,pressure"


def whistle(random: Random) -> bytes:
    """A tone that rises by about an octave, somewhere in the second."""
    length = int(random.uniform(0.35, 0.6) * RATE)
    first = random.uniform(900, 1500)
    frequencies = np.linspace(first, first * random.uniform(1.8, 2.4), length)
    tone = np.sin(2 * np.pi * np.cumsum(frequencies) / RATE) * np.hanning(length)
    return _sound(random, tone * random.uniform(0.2, 0.6))


def clap(random: Random) -> bytes:
    """Two bursts of noise that die away."""
    length = int(0.35 * RATE)
    values = np.zeros(length)
    for start in (0, int(random.uniform(0.12, 0.2) * RATE)):
        burst = random.normal(0, 1, length - start)
        values[start:] += burst * np.exp(-np.arange(length - start) / (random.uniform(0.008, 0.02) * RATE))
    return _sound(random, values * random.uniform(0.15, 0.3))


def room(random: Random) -> bytes:
    """Silence, or the noise of a quiet or a loud place that swells, with clicks, hum or a tone in some of them."""
    width = int(random.choice([1, 8, 64]))
    moments = np.arange(RATE) / RATE
    noise = np.convolve(random.normal(0, 1, RATE), np.ones(width), "same") / width**0.5
    swelling = 1 - random.uniform(0, 1) * np.sin(np.pi * random.uniform(0.5, 4) * moments + random.uniform(0, 3)) ** 2
    level = random.choice([0.0, 1.0], p=[0.2, 0.8]) * 10 ** random.uniform(-4, -0.8)
    frequency = random.choice([50.0, 60.0, random.uniform(100, 3500)])
    tone = np.sin(2 * np.pi * frequency * moments) * random.choice([0.0, 10 ** random.uniform(-3, -1)])
    clicks = (random.uniform(0, 1, RATE) < random.choice([0, 5, 200]) / RATE) * random.uniform(-1, 1, RATE)
    clicks *= 10 ** random.uniform(-2, 0)
    return _sound(random, np.zeros(0), noise=0.0, more=noise * level * swelling + tone + clicks)


def _sound(random: Random, event: Array, *, noise: float = 0.004, more: Array | float = 0.0) -> bytes:
    samples = random.normal(0, noise, RATE) + more
    start = int(random.integers(0, RATE - len(event) + 1))
    samples[start : start + len(event)] += event
    return wav_bytes(RATE, np.rint(np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())


def shake(random: Random) -> bytes:
    """A fast movement to and fro along one axis."""
    phases = 2 * np.pi * random.uniform(4, 6) * np.arange(ROWS) / 50
    return _motion(random, x=np.sin(phases + random.uniform(0, 6)) * random.uniform(8, 16))


def circle(random: Random) -> bytes:
    """A slow movement around."""
    phases = 2 * np.pi * random.uniform(0.8, 1.4) * np.arange(ROWS) / 50 + random.uniform(0, 6)
    size = random.uniform(3, 6)
    return _motion(random, x=np.sin(phases) * size, y=np.cos(phases) * size)


def rest(random: Random) -> bytes:
    """Returns a recording at rest, or carried about."""
    sway = np.sin(2 * np.pi * random.uniform(0.2, 0.5) * np.arange(ROWS) / 50) * random.uniform(0, 0.8)
    return _motion(random, y=sway)


def _motion(random: Random, *, x: Array | float = 0.0, y: Array | float = 0.0) -> bytes:
    rows = random.normal(0, 0.25, (ROWS, 3)) + np.array([0, 0, _GRAVITY])
    rows[:, 0] += x
    rows[:, 1] += y
    return "".join(f"{one:.3f},{two:.3f},{three:.3f}\n" for one, two, three in rows).encode()


def ring(random: Random) -> bytes:
    """A bright ring on a dark ground."""
    down, across, size = _place(random)
    distances = np.hypot(*np.meshgrid(np.arange(SIDE) - down, np.arange(SIDE) - across, indexing="ij"))
    return _picture(random, np.abs(distances - size) < random.uniform(3, 6))


def square(random: Random) -> bytes:
    """A bright square on a dark ground."""
    down, across, size = _place(random)
    rows, columns = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    return _picture(random, (np.abs(rows - down) < size) & (np.abs(columns - across) < size))


def empty(random: Random) -> bytes:
    """The dark ground alone."""
    return _picture(random, np.zeros((SIDE, SIDE), bool))


def _place(random: Random) -> tuple[float, float, float]:
    size = random.uniform(14, 26)
    return random.uniform(size, SIDE - size), random.uniform(size, SIDE - size), size


def _picture(random: Random, shape: Array) -> bytes:
    ground = np.linspace(random.uniform(10, 60), random.uniform(10, 60), SIDE)[:, None]
    pixels = ground + shape * random.uniform(120, 180) + random.normal(0, 8, (SIDE, SIDE))
    return grey_png(SIDE, SIDE, np.clip(pixels, 0, 255).astype(np.uint8).tobytes())


def running(random: Random) -> bytes:
    """The readings of a machine that runs."""
    return _readings(random, 45.0, 2.0, 101_900.0)


def worn(random: Random) -> bytes:
    """The readings of a machine that is worn: warmer, with more current."""
    return _readings(random, 60.0, 2.6, 101_100.0)


def idle(random: Random) -> bytes:
    """The readings of a machine that is switched on and does nothing."""
    return _readings(random, 22.0, 0.2, 101_300.0)


def _readings(random: Random, temperature: float, current: float, pressure: float) -> bytes:
    rows = random.normal((temperature, current, pressure), (3.0, 0.12, 150.0), (READINGS, 3))
    lines = (f"{first:.2f},{second:.3f},{third:.0f}" for first, second, third in rows)
    return "\n".join((_HEADER, *lines, "")).encode()
