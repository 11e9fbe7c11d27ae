"""Labelled sounds of words: those that the template of keywords contains, moved in their second and made softer."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from rune.datasets.content.wav import wav_bytes
from tests.conftest import REPOSITORY

RATE: Final = 16_000
"""Samples a second."""
SECONDS: Final = {"no": 1, "up": 3, "yes": 5}
"""The second of the recording in which each word is."""
_RECORDING: Final = REPOSITORY / "examples" / "keywords" / "no-up-yes.wav"
_MOVES: Final = (-1600, 0, 1600)
_GAINS: Final = (1.0, 0.5)


def write_words(folder: Path) -> Path:
    """Writes six sounds of each word into a folder for each label, below `test`."""
    for label, name, data in words():
        (folder / "test" / label).mkdir(parents=True, exist_ok=True)
        (folder / "test" / label / name).write_bytes(data)
    return folder


def words() -> Iterator[tuple[str, str, bytes]]:
    """Yields the label, the name and the WAV of each sound."""
    with wave.open(str(_RECORDING)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    for label, second in SECONDS.items():
        for move in _MOVES:
            for gain in _GAINS:
                start = second * RATE + move
                part = (sound[start : start + RATE] * gain).astype("<i2")
                yield label, f"{label}-{move}-{gain}.wav", wav_bytes(RATE, part.tobytes())
