"""Sounds of a room, as a microphone writes them, and their levels."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any, Final

import numpy as np

Sound = np.ndarray[Any, np.dtype[np.int16]]
Levels = np.ndarray[Any, np.dtype[np.float64]]

RATE: Final = 16_000
"""Samples a second."""
HOP: Final = RATE // 4
"""Samples from the start of a window, which is a second, to that of the next one."""
_LOUDNESS: Final = 8.0
"""Decibels: the standard deviation of the loudness from one second to the next."""
_AMPLITUDE: Final = 120.0
_TONES: Final = (180.0, 440.0, 1250.0)
"""Hertz."""


def room(random: np.random.Generator, seconds: int, decibels: float = 0.0) -> Sound:
    """Returns the sound of a room whose loudness changes each second: noise, and a hum now and then."""
    loudness = random.normal(0.0, _LOUDNESS, seconds + 1)
    time = np.arange(seconds * RATE) / RATE
    hum = sum(np.sin(2 * np.pi * tone * time) * (random.random(seconds) < 0.3).repeat(RATE) for tone in _TONES)
    sound = random.standard_normal(len(time)) + hum
    gain = 10 ** ((np.interp(time, np.arange(seconds + 1), loudness) + decibels) / 20)
    return np.clip(sound * gain * _AMPLITUDE, -32_768, 32_767).astype("<i2")


def write_wav(path: Path, sound: Sound) -> None:
    """Writes a sound as a WAV of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())


def window_levels(sound: Sound) -> Levels:
    """Returns the mean square of each window of a second, in decibels."""
    windows = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), RATE)[::HOP]
    return np.asarray(10 * np.log10(np.square(windows).mean(axis=1)))
