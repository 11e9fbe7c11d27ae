"""Recordings for a recipe that learns one word: which are of the word, and the sounds that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np

from lab.dataset.recordings import Recording
from lab.dataset.requirements import refuse
from lab.recipes.arguments import Values
from lab.recipes.word_sounds import generated_sounds
from rune.datasets.content.content import Quality
from rune.datasets.content.wav import sound_of, wav_bytes
from rune.datasets.learnable import OTHER, WORD, word_problem
from rune.datasets.splits import Split

Array = np.ndarray[Any, Any]

MOST_SOUNDS = 6000
"""That are made of all recordings together: of many, few of each suffice, and the memory of features is limited."""
_FULL_SCALE = 32_767


@dataclass(frozen=True)
class WordAndOthers:
    """Recordings with the label of the word, or `OTHER`. `classes` says for each label of the data which it is."""

    recordings: Sequence[Recording]
    classes: Mapping[str, str]
    labels: tuple[str, str]


def word_and_others(recordings: Sequence[Recording], recipe: str) -> WordAndOthers:
    """With one label only, all are the word; of several, those of the label `wake-word`. Raises `Refused`."""
    labels = sorted({each.label for each in recordings})
    refuse(word_problem(labels, recipe))
    word = labels[0] if len(labels) == 1 else WORD
    classes = {label: label if label == word else OTHER for label in labels}
    return WordAndOthers([replace(each, label=classes[each.label]) for each in recordings], classes, (OTHER, word))


def generated_recordings(
    recordings: Sequence[Recording],
    splits: Sequence[Split],
    labels: Sequence[str],
    values: Values,
    seed: int,
) -> Iterator[tuple[Recording, Split]]:
    """Sounds that are made of the recordings of the word, each in the split of the one that it is made of: none is
    learned whose recording tests. The same recordings and seed give the same sounds: `MOST_SOUNDS` at most, or one of
    each recording where there are more. Raises `Refused`."""
    fewer = _fewer(values, sum(each.label == labels[1] for each in recordings))
    for recording, split in zip(recordings, splits, strict=True):
        if recording.label != labels[1]:
            continue
        rate, samples = _sound_of(recording)
        random = np.random.default_rng([seed, *sha256(recording.data).digest()[:8]])
        length = round(rate * int(values["duration"]) / 1000)
        for number, each in enumerate(generated_sounds([samples], rate, length, random, fewer)):
            data = wav_bytes(rate, (each.samples * _FULL_SCALE).astype("<i2").tobytes())
            name = f"made {number} of {recording.name}"
            sound = replace(recording, name=name, label=labels[int(each.is_word)], data=data, quality=Quality.GOOD)
            yield sound, split


def _fewer(values: Values, words: int) -> Values:
    """The values with as many sounds of each recording as there may be of so many recordings."""
    most = max(1, MOST_SOUNDS // max(words, 1))
    if values["copies"] + values["others"] <= most:
        return values
    copies = min(int(values["copies"]), most // 3)
    return {**values, "copies": copies, "others": min(int(values["others"]), most - copies)}


def _sound_of(recording: Recording) -> tuple[int, Array]:
    """The rate of a recording, and its samples from -1 to 1."""
    rate, sound = sound_of(recording.data)
    return rate, np.frombuffer(sound, "<i2").astype(np.float64) / _FULL_SCALE
