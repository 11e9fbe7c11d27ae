"""Speech by eSpeak NG, called in process: 8 accents of English in 100 voices, at any speed and pitch.

Needs Debian's libespeak-ng1. Gives dry words; rooms and noise come later (augment.py).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

Sound = NDArray[np.int16]

ACCENTS = ("en", "en-us", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc")
CALIBRATION = ("f2", "m3", "linda", "steph", "Andrea")
"""Voices that no model is trained on; by them it is decided how readily each word is called."""
TEST = ("Mike", "edward", "michel", "klatt3", "grandma")
"""Voices for the test alone."""
HELD_OUT = (*CALIBRATION, *TEST)

_SYNCHRONOUS = 2
_RATE, _PITCH, _RANGE = 1, 3, 4
_UTF8 = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True)
class Manner:
    """The manner in which a word is said. Speed in words a minute; pitch and its range 0 to 99."""

    accent: str
    variant: str
    speed: int
    pitch: int
    pitch_range: int


class Espeak:
    """One synthesiser. Only one can live in a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0)
        if rate != 22_050:
            raise RuntimeError(f"eSpeak NG speaks at {rate} Hz and not at 22050")
        self._pieces: list[NDArray[np.int16]] = []
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, manner: Manner) -> Sound:
        """The text at 16 kHz, i16."""
        voice = f"{manner.accent}+{manner.variant}".encode()
        if self._library.espeak_SetVoiceByName(voice) != 0:
            raise RuntimeError(f"eSpeak NG has no voice {voice.decode()}")
        for parameter, value in ((_RATE, manner.speed), (_PITCH, manner.pitch), (_RANGE, manner.pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        self._pieces.clear()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        if not self._pieces:
            return np.zeros(0, np.int16)
        wave = np.concatenate(self._pieces).astype(np.float32)
        return np.clip(resample_poly(wave, 320, 441), -32768, 32767).astype(np.int16)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: object) -> int:
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


def variants() -> tuple[str, ...]:
    """The names of the voices that can be laid over any accent."""
    folder = next(Path("/usr/lib").glob("**/espeak-ng-data/voices/!v"))
    return tuple(sorted(path.name for path in folder.iterdir()))


def random_manner(rng: np.random.Generator, among: tuple[str, ...]) -> Manner:
    return Manner(
        accent=str(rng.choice(ACCENTS)),
        variant=str(rng.choice(among)),
        speed=int(rng.integers(78, 277)),
        pitch=int(rng.integers(10, 96)),
        pitch_range=int(rng.integers(20, 111)) if rng.random() < 0.9 else 50,
    )
