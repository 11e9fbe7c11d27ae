"""A finished rune on recordings that it did not learn from: its answers, and how often they are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lab.dataset.dataset import Dataset
from lab.dataset.recording import Recording
from lab.tasks.judging.thresholds import COUNTED_THRESHOLD, Threshold
from rune.datasets.splits import Split
from rune.port import Port
from rune.statistics.intervals import wilson

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class SplitJudgement:
    """The answers for the recordings of one split. `confusion[right][answer]` counts them, by places of labels; a
    recording's answer is the label with the highest mean score of its windows. `silent` ones fill no window.
    `answers` has the place of each recording, its answer's, and how sure that is, from 0 to 1."""

    confusion: Sequence[Sequence[int]]
    silent: int
    answers: Sequence[tuple[int, int, float]] = ()

    def to_json(self, labels: Sequence[str]) -> dict[str, Any]:
        """Shares with their 95 % intervals, by label and together."""
        right = sum(row[place] for place, row in enumerate(self.confusion))
        count = sum(map(sum, self.confusion))
        return {
            "samples": count,
            "skipped_samples": self.silent,
            "accuracy": _share(right, count),
            "labels": {
                label: {"samples": sum(row), "recall": _share(row[place], sum(row))}
                for place, (label, row) in enumerate(zip(labels, self.confusion, strict=True))
            },
            "confusion": [list(row) for row in self.confusion],
        }


@dataclass(frozen=True)
class JudgedRune:
    """A rune to be judged: its Runefile and the files that it names, and the stage whose scores answer. With a
    `threshold`, the answer is the second label from that score on, and the first below it."""

    runefile: str
    files: Mapping[str, bytes]
    scores_stage: str
    threshold: float | None = None
    scores_place: int = 0
    """Says which output of the stage has the scores."""
    beside: Port | None = None
    """A further output, whose numbers follow those of the scores in one row."""
    ends_in_silence: bool = False
    """The recipe's `ends_in_silence`."""

    def answer(self, mean: Any) -> tuple[int, float]:
        """The place of the answer's label for the mean scores of a recording, and how sure it is, from 0 to 1."""
        if self.threshold is None:
            place = int(np.argmax(mean))
            return place, float(mean[place])
        apart = float(np.ravel(mean)[0]) - self.threshold
        size = max(abs(self.threshold), 1e-9)
        return int(apart >= 0), 0.5 + 0.5 * abs(apart) / (abs(apart) + size)


RowsOfSplit = Callable[[JudgedRune, Dataset, Split], Iterator[tuple[int, Recording, list[Array]]]]
"""Builds a rune, runs it on the recordings of a split, and gives the place of each with the values of the stage of its
scores. Raises `Refused`."""


@dataclass(frozen=True)
class DraftRune:
    """A rune around a model, before its threshold is known: `runefile` gives its Runefile for one. `scores_stage` gives
    the output of the model, and `dataset` has the recordings of a run with `values` and `seed`."""

    runefile: Callable[[Threshold], str]
    files: Mapping[str, bytes]
    scores_stage: str
    ends_in_silence: bool
    dataset: Dataset
    values: Mapping[str, float]
    seed: int
    rows_of_split: RowsOfSplit

    def rune(self, scores: Port | None = None) -> JudgedRune:
        """The rune with a threshold by chance, whose answers are read at a port; without one, at the model."""
        stage, place = (self.scores_stage, 0) if scores is None else (scores.stage, scores.index)
        text = self.runefile(COUNTED_THRESHOLD)
        return JudgedRune(text, self.files, stage, scores_place=place, ends_in_silence=self.ends_in_silence)

    def with_threshold(self, rune: JudgedRune, threshold: Threshold) -> JudgedRune:
        """A rune of this draft with a threshold."""
        return replace(rune, runefile=self.runefile(threshold), threshold=threshold.on)


def judge(judged_rune: JudgedRune, dataset: Dataset, split: Split, rows_of_split: RowsOfSplit) -> SplitJudgement:
    """Measures how often a rune is right on the recordings of a split. Raises `Refused`."""
    confusion = np.zeros((len(dataset.labels), len(dataset.labels)), np.int64)
    silent = 0
    answers: list[tuple[int, int, float]] = []
    for place, recording, rows in rows_of_split(judged_rune, dataset, split):
        if rows:
            answer, sureness = judged_rune.answer(np.mean(rows, axis=0))
            confusion[dataset.labels.index(recording.label), answer] += 1
            answers.append((place, answer, round(sureness, 3)))
        else:
            silent += 1
    return SplitJudgement(confusion.tolist(), silent, answers)


def normal_scores(
    judged_rune: JudgedRune, dataset: Dataset, split: Split, rows_of_split: RowsOfSplit
) -> Sequence[Array]:
    """The scores of windows, f64 `[windows]`, of the recordings with the first label in a split. Raises `Refused`."""
    return [
        np.array([float(np.ravel(row)[0]) for row in rows])
        for _, recording, rows in rows_of_split(judged_rune, dataset, split)
        if rows and recording.label == dataset.labels[0]
    ]


def _share(right: int, count: int) -> list[float] | None:
    """The share and its 95 % interval, or None of nothing."""
    if not count:
        return None
    share = wilson(right, count)
    return [round(share.value, 4), round(share.low, 4), round(share.high, 4)]
