"""Turns a sound into called words: the built rune runs 4 times a second on the last second, as an app does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from words import KEYWORDS, LABELS

import rune

RATE = 16_000
STEP = RATE // 4
WINDOW = RATE

Sound = NDArray[np.int16]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Call:
    """A word that is called: the end of the second that decides it, in seconds, and the word's place in `KEYWORDS`."""

    end: float
    label: int


class Listener:
    """The rune of a project. Raises what `rune.build` raises."""

    def __init__(self, project: Path) -> None:
        self._rune = rune.build(project)
        names = (project / "labels.txt").read_text(encoding="utf-8").split()
        self._places = [names.index(label) for label in LABELS]

    def calls(self, sound: Sound) -> list[Call]:
        """The words that are called in a sound: each time that the output `called` becomes a keyword."""
        calls: list[Call] = []
        last = ""
        for end, word in self._answers(sound):
            if word != last and word in KEYWORDS:
                calls.append(Call(end / RATE, KEYWORDS.index(word)))
            last = word
        return calls

    def calls_a_minute(self, sound: Sound) -> float:
        """Returns how many words are called in a minute of a sound."""
        return len(self.calls(sound)) / (len(sound) / RATE / 60)

    def scores(self, seconds: Iterable[Sound]) -> Scores:
        """The scores of each second, f32[n, labels] in the order of `LABELS`."""
        with self._rune.load() as loaded_rune:
            return np.array([loaded_rune(second)["scores"][0] for second in seconds], np.float32)[:, self._places]

    def _answers(self, sound: Sound) -> Iterator[tuple[int, str]]:
        """The output `called` of each run, and the end of the second that the run reads, in samples."""
        with self._rune.load() as loaded_rune:
            for end, second in seconds(sound):
                yield end, loaded_rune(second)["called"]


def seconds(sound: Sound) -> Iterator[tuple[int, Sound]]:
    """The seconds that the runs read, and their ends in samples."""
    for end in range(WINDOW, len(sound) + 1, STEP):
        yield end, sound[end - WINDOW : end]
