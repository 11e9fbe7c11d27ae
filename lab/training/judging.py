"""How often the trained rune is right: the finished rune runs on recordings that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.dataset.features import RecordingRunner
from lab.training.data import Dataset
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.splits import Split
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.evaluation.intervals import wilson
from rune.running.evaluation.recorded_tensors import tensor_array


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
            "left_out": self.silent,
            "accuracy": _share(right, count),
            "labels": {
                label: {"samples": sum(row), "recall": _share(row[place], sum(row))}
                for place, (label, row) in enumerate(zip(labels, self.confusion, strict=True))
            },
            "confusion": [list(row) for row in self.confusion],
        }


@dataclass(frozen=True)
class Judged:
    """A rune to be judged: its Runefile and the files that it names, and the stage whose scores answer. With a
    `threshold`, the answer is the second label from that score on, and the first below it."""

    runefile: str
    files: Mapping[str, bytes]
    scores_stage: str
    threshold: float | None = None

    def answer(self, mean: Any) -> tuple[int, float]:
        """The place of the answer's label for the mean scores of a recording, and how sure it is, from 0 to 1."""
        if self.threshold is None:
            place = int(np.argmax(mean))
            return place, float(mean[place])
        apart = float(np.ravel(mean)[0]) - self.threshold
        size = max(abs(self.threshold), 1e-9)
        return int(apart >= 0), 0.5 + 0.5 * abs(apart) / (abs(apart) + size)


def judge(judged: Judged, dataset: Dataset, split: Split, report: Callable[[float, str], None]) -> SplitJudgement:
    """Builds a rune and runs it on the recordings of a split. Raises `Refused`."""
    port = Port(judged.scores_stage, 0)
    files = MemoryFiles({DEFAULT_RUNEFILE: judged.runefile.encode(), **judged.files})
    rune = build(files, BuildOptions("trained", watched=(port,))).rune
    runner = RecordingRunner(rune, lambda loaded, _: tensor_array(loaded.watched[port].tensors[0]))
    chosen = [place for place, own in enumerate(dataset.splits) if own is split]
    confusion = np.zeros((len(dataset.labels), len(dataset.labels)), np.int64)
    silent = 0
    answers: list[tuple[int, int, float]] = []
    for done, place in enumerate(chosen, start=1):
        recording = dataset.recordings[place]
        rows = runner.rows(recording)
        if rows:
            answer, sureness = judged.answer(np.mean(rows, axis=0))
            confusion[dataset.labels.index(recording.label), answer] += 1
            answers.append((place, answer, round(sureness, 3)))
        else:
            silent += 1
        report(done / len(chosen), f"Running the rune on the {split.value} split, {done} of {len(chosen)}")
    return SplitJudgement(confusion.tolist(), silent, answers)


def _share(right: int, count: int) -> list[float] | None:
    """The share and its 95 % interval, or None of nothing."""
    if not count:
        return None
    share = wilson(right, count)
    return [round(share.value, 4), round(share.low, 4), round(share.high, 4)]
