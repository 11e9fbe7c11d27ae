"""The task of a wake word: how sure a model is that it hears it, and the sounds that are made of few recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, ClassVar

import numpy as np

from lab.dataset.dataset import Dataset, with_sounds
from lab.dataset.recording import Recording
from lab.dataset.requirements import refuse, require_kind
from lab.tasks.judging.judged_rune import DraftRune, JudgedRune, judge, normal_scores
from lab.tasks.judging.thresholds import few_windows_note, generated_sounds_note, threshold_of, word_threshold
from lab.tasks.labels import LabelTask, label_answer
from lab.tasks.task import LabelledRecordings, ModelOutput
from lab.tasks.word_sounds import GeneratedSound, generated_sounds
from rune.datasets.content.content import Kind, Quality
from rune.datasets.content.wav import sound_of, wav_bytes
from rune.datasets.learnable import OTHER, WORD, LearnedAnswer, word_problem
from rune.datasets.splits import Split
from rune.port import Port

Array = np.ndarray[Any, Any]

MOST_SOUNDS = 6000
"""The most sounds that are made of all recordings together: of many recordings, few sounds of each suffice, and the
memory of features is limited."""
SHARES_STAGE = "shares"
"""The stage that takes the scores of the word and of all else apart: its second output is the word's."""
_SHOWN_SOUNDS = 2
"""Sounds that are shown of a recording, of the word and of what is not the word."""
_WINDOWS = "window without the word", "windows without the word"
_FULL_SCALE = 32_767


@dataclass(frozen=True)
class WakeWordTask(LabelTask):
    """The word and all else are two labels. Sounds that are not the word are made."""

    learned_answer: ClassVar[LearnedAnswer] = LearnedAnswer.WORD
    takes_start: ClassVar[bool] = False
    is_searched: ClassVar[bool] = False
    generation: ClassVar[Sequence[str]] = ("copies", "others", "noise")

    def labelled(
        self, recordings: Sequence[Recording], kind: Kind, columns: Sequence[str], recipe: str
    ) -> LabelledRecordings:
        """With one label only, all are the word; of several, those of the label `wake-word`."""
        del columns
        require_kind(recordings, kind, recipe)
        return word_and_others(recordings, recipe)

    def missing_notes(self, recordings: Sequence[Recording]) -> Sequence[str]:
        if len({each.label for each in recordings}) != 1:
            return ()
        return (f"There are no recordings labelled {OTHER}, so how often other words are taken for it is not known.",)

    def label_names(self, count: int) -> Sequence[str]:
        del count
        return OTHER, WORD

    def generated(self, dataset: Dataset, values: Mapping[str, float], seed: int) -> Dataset:
        """The sounds that are made of the recordings of the word, in the splits of these."""
        sounds = list(generated_recordings(dataset.recordings, dataset.splits, dataset.labels, values, seed))
        return replace(dataset, recordings=[each for each, _ in sounds], splits=[split for _, split in sounds])

    def stages(self, values: Mapping[str, float], output: ModelOutput) -> str:
        """Returns the stages that take the share of the word: one call of the rune is one answer."""
        return f"""\
  {SHARES_STAGE}:
    proc-block: split
    inputs: [{output.scores}]
    outputs:
      - {{type: f32, dimensions: [1, 1]}}
      - {{type: f32, dimensions: [1, 1]}}
    args:
      parts: 2

  # How sure the model is that it hears the word: the mean of the last windows.
  steady:
    proc-block: moving_average
    inputs: [{SHARES_STAGE}.1]
    outputs:
      - {{type: f32, dimensions: [1, 1]}}
    args:
      length: {int(values["mean-of"])}

  # One call is one answer: it must fall below `off` before there is another.
  heard:
    proc-block: hysteresis
    inputs: [steady]
    outputs:
      - {{type: u8, dimensions: [1, 1]}}
    args:
      on: {output.threshold.on:.9g}
      off: {output.threshold.off:.9g}

{label_answer("heard")}
  # How sure it is, for the app.
  score:
    out: SERIAL
    inputs: [steady]
"""

    def finished(self, draft: DraftRune) -> tuple[JudgedRune, Sequence[str]]:
        """The threshold is measured on the scores of the quantised rune, of recordings and of sounds that were made."""
        split, values = Split.VALIDATION, draft.values
        unset = draft.rune(Port(SHARES_STAGE, 1))
        sounds = self.generated(draft.dataset, values, draft.seed)
        scores = normal_scores(unset, with_sounds(draft.dataset, sounds), split, draft.rows_of_split)
        threshold = threshold_of(scores, values)
        notes = few_windows_note(threshold.windows, values, _WINDOWS)
        rune = draft.with_threshold(unset, word_threshold(threshold))
        if split in sounds.splits:
            notes = [*notes, generated_sounds_note(judge(rune, sounds, split, draft.rows_of_split).confusion)]
        return rune, notes

    def shown_recordings(self, recordings: Sequence[Recording], recipe: str) -> Sequence[Recording]:
        """The sounds that are made are of the word, so only recordings of it are shown where there are some."""
        word = word_and_others(recordings, recipe).labels[1]
        return [each for each in recordings if each.label == word] or recordings

    def shown_sounds(
        self, sound: Array, rate: int, length: int, random: np.random.Generator, values: Mapping[str, float]
    ) -> Iterator[GeneratedSound]:
        few = {**values, "copies": min(_SHOWN_SOUNDS, int(values["copies"])), "others": _SHOWN_SOUNDS}
        yield from generated_sounds([sound], rate, length, random, few)


def word_and_others(recordings: Sequence[Recording], recipe: str) -> LabelledRecordings:
    """Recordings with the label of the word, or `OTHER`. With one label only, all are the word; of several, those of
    the label `wake-word`. Raises `Refused`."""
    labels = sorted({each.label for each in recordings})
    refuse(word_problem(labels, recipe))
    word = labels[0] if len(labels) == 1 else WORD
    classes = {label: label if label == word else OTHER for label in labels}
    own = [replace(each, label=classes[each.label]) for each in recordings]
    return LabelledRecordings(own, (OTHER, word), classes, (word,))


def generated_recordings(
    recordings: Sequence[Recording],
    splits: Sequence[Split],
    labels: Sequence[str],
    values: Mapping[str, float],
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


def _fewer(values: Mapping[str, float], words: int) -> Mapping[str, float]:
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
