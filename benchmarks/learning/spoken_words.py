"""Six spoken words as recordings of a second, by voices of eSpeak NG: other voices for each split."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.figure import ROOT, CannotMeasure
from lab.recipes.keywords import RATE
from lab.tasks.word_sounds import in_noise, placed, trimmed
from rune.datasets.content.wav import wav_bytes

WORDS = ("yes", "no", "left", "right", "stop", "go")
LIBRARY = "espeak-ng"
LEAST_NOISE = 0.0
"""Decibels that a word is above the noise at least."""
SEED = 99


@dataclass(frozen=True)
class SplitOfWords:
    """The number of recordings of each word in a split, and the voices that say them."""

    name: str
    count: int
    voices: slice


SPLITS = (
    SplitOfWords("train", 133, slice(0, 50)),
    SplitOfWords("validation", 34, slice(50, 62)),
    SplitOfWords("test", 400, slice(62, None)),
)


def write_words(folder: Path) -> Path:
    """Writes the recordings into a folder for each split and word. Raises `CannotMeasure` without eSpeak NG."""
    if find_library(LIBRARY) is None:
        raise CannotMeasure("eSpeak NG is not installed; it is Debian's package libespeak-ng1")
    sys.path.append(str(ROOT / "examples" / "keywords"))
    from espeak import Espeak, random_manner, variants  # type: ignore[import-not-found]

    speaker, chance = Espeak(), np.random.default_rng(SEED)
    voices = tuple(str(each) for each in chance.permutation(variants()))
    for split in SPLITS:
        for word in WORDS:
            place = folder / split.name / word
            place.mkdir(parents=True)
            own = voices[split.voices]
            for number, sound in enumerate(
                _spoken_words(partial(random_manner, chance, own), speaker, word, split.count)
            ):
                data = wav_bytes(RATE, _as_recorded(sound, chance).tobytes())
                (place / f"{number:03}.wav").write_bytes(data)
    return folder


def _spoken_words(manner: Callable[[], Any], speaker: Any, word: str, count: int) -> Iterator[NDArray[np.int16]]:
    """A word so many times; voices that do not go with an accent are left out."""
    count_so_far = 0
    while count_so_far < count:
        try:
            sound = speaker.say(word, manner())
        except RuntimeError:
            continue
        count_so_far += 1
        yield sound


def _as_recorded(sound: NDArray[np.int16], chance: np.random.Generator) -> NDArray[np.int16]:
    """A word somewhere in a second of noise, i16 [16000]."""
    word = trimmed(sound.astype(np.float64) / 32768, RATE)[:RATE]
    noisy = in_noise(placed(word, RATE, chance), RATE, chance, LEAST_NOISE)
    return (noisy * 32_000).astype("<i2")


def counts() -> Sequence[int]:
    """Returns how many recordings each split has."""
    return [split.count * len(WORDS) for split in SPLITS]
