"""Recordings of people that Debian's packages carry: a few words, and telephone prompts that say none of them.

No model is trained on any of them. alsa-utils: "front left" and the like, one person;
asterisk-core-sounds-en-wav: one woman.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from voices import read_wave
from words import KEYWORDS

Sound = NDArray[np.int16]

ALSA = Path("/usr/share/sounds/alsa")
PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
RATE = 16_000

_ALSA_WORDS = {
    "Front_Left": ("left", 0.73),
    "Rear_Left": ("left", 0.79),
    "Side_Left": ("left", 0.79),
    "Front_Right": ("right", 0.86),
    "Rear_Right": ("right", 0.89),
    "Side_Right": ("right", 0.80),
}
"""File: its second word, and where that begins in seconds."""
_PROMPT_WORDS = {
    "vm-no": ("no", 0.12, 0.80),
    "letters/ascii123": ("left", 0.04, 0.40),  # left brace
    "letters/ascii91": ("left", 0.04, 0.40),  # left bracket
    "letters/ascii125": ("right", 0.06, 0.50),  # right brace
    "letters/ascii93": ("right", 0.06, 0.50),  # right bracket
}
"""File: a word of it, where it begins and ends."""
_WITH_KEYWORD = {
    "call-fwd-no-ans",
    "conf-hasleft",
    "conf-leaderhasleft",
    "conf-noempty",
    "confbridge-has-left",
    "confbridge-lock-no-join",
    "confbridge-unmuted",
    "demo-congrats",
    "demo-echotest",
    "demo-nomatch",
    "dir-nomatch",
    "dir-nomore",
    "ascii123",
    "ascii125",
    "ascii91",
    "ascii93",
    "pbx-invalidpark",
    "unidentified-no-callback",
    "vm-intro",
    "vm-no",
    "vm-nomore",
    "basic-pbx-ivr-main",
    "vm-nonumber",
}
"""Prompts whose text, in core-sounds-en.txt, holds a keyword or "know"."""


@dataclass(frozen=True)
class SpokenWord:
    """A word by a person, without what was said before and after it."""

    word: str
    speaker: str
    sound: Sound


def words_of_people(recordings: Path | None, alsa: Path, prompts: Path) -> list[SpokenWord]:
    """Reads those folders that are there. `recordings` holds files that are named after their word."""
    clips = []
    if recordings is not None:
        paths = [path for path in sorted(recordings.glob("*.wav")) if path.stem in KEYWORDS]
        clips += [SpokenWord(path.stem, f"recording of {path.stem}", read_wave(path)) for path in paths]
    for name, (word, start) in _ALSA_WORDS.items():
        if (alsa / f"{name}.wav").is_file():
            clips.append(SpokenWord(word, "alsa-utils", read_wave(alsa / f"{name}.wav")[int(start * RATE) :]))
    for name, (word, start, end) in _PROMPT_WORDS.items():
        if (prompts / f"{name}.wav").is_file():
            sound = read_wave(prompts / f"{name}.wav")[int(start * RATE) : int(end * RATE)]
            clips.append(SpokenWord(word, "asterisk-core-sounds", sound))
    return clips


def without_keyword(prompts: Path) -> list[Path]:
    """The prompts that say no keyword; not the files of silence."""
    paths = sorted(prompts.rglob("*.wav"))
    return [path for path in paths if "silence" not in path.parts and path.stem not in _WITH_KEYWORD]
