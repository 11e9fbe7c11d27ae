"""Words that are said in a room: three of an eSpeak voice, from the template's file, and silent seconds."""

from __future__ import annotations

import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.support.field.sounds import RATE, Sound, room
from tests.support.hmrd.runes import KEYWORDS

SILENCE: Final = ""
_BEGINS: Final[Mapping[str, float]] = {"no": 0.9, "up": 2.9, "yes": 4.9}
"""The seconds of the file at which the second with each word begins."""
_MIX: Final[Mapping[str, float]] = {SILENCE: 0.4, "no": 0.36, "up": 0.14, "yes": 0.1}
"""The share of the seconds with each word, on average."""
_OWN_MIX: Final = 120.0
"""Devices differ in their words by as much as samples of so many seconds do."""


@dataclass(frozen=True)
class SpeakingRoom:
    """The room of a device, in which each word has its share of the seconds."""

    shares: Mapping[str, float]

    @staticmethod
    def of(random: np.random.Generator) -> SpeakingRoom:
        """Returns a room whose shares differ a little from those of other rooms."""
        shares = random.dirichlet(_OWN_MIX * np.array(list(_MIX.values())))
        return SpeakingRoom(dict(zip(_MIX, shares.tolist(), strict=True)))

    def sound(self, random: np.random.Generator, seconds: int) -> Sound:
        """Returns what is heard for some seconds: the words in an order by chance, above the noise of the room."""
        words, noise = _words(), room(random, seconds, decibels=-12).astype(np.int32)
        for place, word in enumerate(self._order(random, seconds)):
            if word != SILENCE:
                noise[place * RATE : (place + 1) * RATE] += words[word]
        return np.clip(noise, -32_768, 32_767).astype("<i2")

    def _order(self, random: np.random.Generator, seconds: int) -> Sequence[str]:
        counts = {word: round(share * seconds) for word, share in self.shares.items()}
        spoken_words = [word for word, count in counts.items() if word != SILENCE for _ in range(count)][:seconds]
        all_seconds = spoken_words + [SILENCE] * (seconds - len(spoken_words))
        return [all_seconds[place] for place in random.permutation(seconds)]


def _words() -> Mapping[str, Sound]:
    with wave.open(str(KEYWORDS / "no-up-yes.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return {word: samples[int(begin * RATE) : int(begin * RATE) + RATE] for word, begin in _BEGINS.items()}
