"""Writes `no-up-yes.wav`, which the page plays: three words, by an eSpeak voice that the model was not trained on.

Needs Debian's libespeak-ng1.

    .venv/bin/python examples/keywords/example.py
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from espeak import Espeak, Manner

RATE = 16_000
WORD_TIMES = (("no", 1.2), ("up", 3.2), ("yes", 5.2))
"""A word, and the second at which it begins."""
SECONDS = 7
LOUDNESS, HISS = 0.5, 0.002
MANNER = Manner(accent="en-us", variant="edward", speed=130, pitch=45, pitch_range=50)


def main() -> None:
    """Writes the file beside this one."""
    voice = Espeak()
    sound = np.random.default_rng(7).normal(0, HISS, SECONDS * RATE)
    for word, second in WORD_TIMES:
        spoken_word = voice.say(word, MANNER).astype(np.float64)
        start = int(second * RATE)
        sound[start : start + len(spoken_word)] += LOUDNESS * spoken_word / np.abs(spoken_word).max()
    with wave.open(str(Path(__file__).with_name("no-up-yes.wav")), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
